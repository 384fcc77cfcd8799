"""A User with every core attribute, and the same with the enterprise extension (section 8.3)."""

from typing import Any

import pytest
from support.scim_resources import USER

from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.profile import STRICT, TOLERANT, Profile
from scim.projection import parse_projection, projected
from scim.validation import created, replaced

_FULL: dict[str, Any] = {
    "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "addresses": [
        {
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "US",
            "formatted": "100 Universal City Plaza\nHollywood, CA 91608 US",
            "type": "work",
            "primary": True,
        },
        {"locality": "Hollywood", "country": "US", "type": "home"},
    ],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "photos": [{"value": "https://photos.example.com/F", "type": "photo"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": True,
    "password": "t1meMa$heen",
    "groups": [
        {
            "value": "e9e30dba-f08f-4109-8486-d5c6a331660a",
            "$ref": "https://example.com/v2/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a",
            "display": "Tour Guides",
        }
    ],
    "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAw"}],
    ENTERPRISE_USER_SCHEMA: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
        "manager": {
            "value": "26118915-6090-4610-87e4-49d8ca9f808d",
            "$ref": "../Users/26118915-6090-4610-87e4-49d8ca9f808d",
            "displayName": "John Smith",
        },
    },
    "meta": {"resourceType": "User", "version": 'W/"a330bc54f0671c9"'},
}
_PROFILES = pytest.mark.parametrize("profile", [STRICT, TOLERANT], ids=["strict", "tolerant"])


def _settable() -> dict[str, Any]:
    """Return what of the full representation a client may set."""
    manager = dict(_FULL[ENTERPRISE_USER_SCHEMA]["manager"])
    del manager["displayName"]
    settable = {n: v for n, v in _FULL.items() if n not in ("id", "groups", "meta")}
    return settable | {
        ENTERPRISE_USER_SCHEMA: settable[ENTERPRISE_USER_SCHEMA] | {"manager": manager}
    }


@_PROFILES
def test_the_full_user_can_be_created(profile: Profile) -> None:
    assert created(USER, _FULL, profile=profile) == _settable()


@_PROFILES
def test_the_full_user_put_back_is_the_same(profile: Profile) -> None:
    stored = {name: value for name, value in _FULL.items() if name != "meta"}

    assert replaced(USER, stored, _FULL, profile=profile) == stored


def test_the_password_is_never_shown() -> None:
    shown = projected(USER, _FULL, parse_projection([], []))

    assert shown == {name: value for name, value in _FULL.items() if name != "password"}
