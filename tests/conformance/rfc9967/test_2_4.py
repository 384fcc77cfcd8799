"""RFC 9967 section 2.4: SCIM provisioning events, by its own figures."""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.scim_events import (
    ProvisioningEvent,
    event_uri_and_payload,
    parse_provisioning_event,
)
from secevent.subjects import resource_of
from secevent.token import parse_claims

PREFIX = "urn:ietf:params:scim:event:prov:"
FEED = "https://scim.example.com/Feeds/98d52461fa5bbc879593b7754"
VERSION = "a330bc54f0671c9"
CREATED = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "emails": [{"type": "work", "value": "jdoe@example.com"}],
    "userName": "jdoe",
    "name": {"givenName": "John", "familyName": "Doe"},
}
PATCHED = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [
        {
            "op": "add",
            "path": "members",
            "value": [
                {
                    "display": "Babs Jensen",
                    "$ref": "/Users/2819c223...413861904646",
                    "value": "2819c223-7f76-453a-919d-413861904646",
                }
            ],
        }
    ],
}
PUT = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "jdoe",
    "externalId": "jdoe",
    "name": {
        "formatted": "Mr. Jon Jack Doe III",
        "familyName": "Doe",
        "givenName": "Jon",
        "middleName": "Jack",
    },
    "roles": [],
    "emails": [{"value": "jdoe@example.com"}, {"value": "anon@jdoe.org"}],
}
CREATED_ATTRIBUTES = ("id", "name", "userName", "password", "emails")
PUT_ATTRIBUTES = ("userName", "externalId", "name", "roles", "emails")

FIGURES = [
    pytest.param(
        "/Users/44f6142df96bd6ab61e7521d9",
        "create:full",
        {"data": CREATED},
        ProvisioningEvent("create", CREATED, None, None),
        id="figure 4",
    ),
    pytest.param(
        "/Users/44f6142df96bd6ab61e7521d9",
        "create:notice",
        {"attributes": list(CREATED_ATTRIBUTES)},
        ProvisioningEvent("create", None, CREATED_ATTRIBUTES, None),
        id="figure 5",
    ),
    pytest.param(
        "/Groups/176f397ec4c44b94b2cfcb759780b8c2",
        "patch:full",
        {"version": VERSION, "data": PATCHED},
        ProvisioningEvent("patch", PATCHED, None, VERSION),
        id="figure 6",
    ),
    pytest.param(
        "/Groups/176f397ec4c44b94b2cfcb759780b8c2",
        "patch:notice",
        {"attributes": ["members"], "version": VERSION},
        ProvisioningEvent("patch", None, ("members",), VERSION),
        id="figure 7",
    ),
    pytest.param(
        "/Users/2819c223-7f76-453a-919d-413861904646",
        "put:full",
        {"version": VERSION, "data": PUT},
        ProvisioningEvent("put", PUT, None, VERSION),
        id="figure 8",
    ),
    pytest.param(
        "/Users/2819c223-7f76-453a-919d-413861904646",
        "put:notice",
        {"version": VERSION, "attributes": list(PUT_ATTRIBUTES)},
        ProvisioningEvent("put", None, PUT_ATTRIBUTES, VERSION),
        id="figure 9",
    ),
    pytest.param(
        "/Users/2b2f880af6674ac284bae9381673d462",
        "delete",
        {},
        ProvisioningEvent("delete", None, None, None),
        id="figure 10",
    ),
    pytest.param(
        "/Users/2b2f880af6674ac284bae9381673d462",
        "activate",
        {},
        ProvisioningEvent("activate", None, None, None),
        id="figure 11",
    ),
]
figures = pytest.mark.parametrize(("subject_uri", "name", "payload", "event"), FIGURES)


@figures
def test_a_receiver_understands_the_figure(
    subject_uri: str, name: str, payload: dict[str, Any], event: ProvisioningEvent
) -> None:
    token = parse_claims(
        {
            "jti": "6164f3bbf6ff41a88dc94f18cb0620e8",
            "sub_id": {"format": "scim", "uri": subject_uri, "externalId": "jdoe"},
            "events": {PREFIX + name: payload},
            "iat": 1458505044,
            "iss": "https://scim.example.com",
            "aud": [FEED],
        }
    )

    [(uri, received)] = token.events.items()

    assert parse_provisioning_event(uri, received) == event
    assert "/".join(resource_of(token.sub_id)) == subject_uri


@figures
def test_a_publisher_writes_the_figure(
    subject_uri: str, name: str, payload: dict[str, Any], event: ProvisioningEvent
) -> None:
    assert subject_uri.startswith("/")
    assert event_uri_and_payload(event, full=event.data is not None) == (PREFIX + name, payload)


@pytest.mark.parametrize("name", ["create", "patch", "put"])
@pytest.mark.parametrize("mode", ["full", "notice"])
@pytest.mark.parametrize(
    "payload", [{}, {"data": PATCHED, "attributes": ["members"]}], ids=["neither", "both"]
)
def test_exactly_one_of_data_and_attributes_is_present(
    name: str, mode: str, payload: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError, match=r"RFC 9967 section 2\.4"):
        parse_provisioning_event(f"{PREFIX}{name}:{mode}", payload)


@pytest.mark.parametrize("mode", ["full", "notice"])
def test_a_delete_is_not_qualified(mode: str) -> None:
    assert parse_provisioning_event(f"{PREFIX}delete:{mode}", {}) is None
