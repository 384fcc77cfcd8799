"""RFC 8417 section 2.2: core SET claims."""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.json_members import parse_json_object
from secevent.token import parse_claims

CLAIMS: dict[str, Any] = {
    "jti": "3d0c3cf797584bd193bd0fb1bd4e7d30",
    "iat": 1458496025,
    "iss": "https://scim.example.com",
    "aud": [
        "https://jhub.example.com/Feeds/98d52461fa5bbc879593b7754",
        "https://jhub.example.com/Feeds/5d7604516b1d08641d7676ee7",
    ],
    "sub_id": {"format": "uri", "uri": "https://scim.example.com/Users/44f6142df96bd6ab61e7521d9"},
    "events": {
        "urn:ietf:params:scim:event:passwordReset": {"id": "44f6142df96bd6ab61e7521d9"},
        "https://example.com/scim/event/passwordResetExt": {"resetAttempts": 5},
    },
}


def test_two_events_are_facets_of_one_change() -> None:
    assert parse_claims(CLAIMS).events == CLAIMS["events"]


@pytest.mark.parametrize("name", ["iss", "iat", "jti", "events"])
def test_the_required_claims_are_required(name: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"{name} is missing"):
        parse_claims({claim: value for claim, value in CLAIMS.items() if claim != name})


@pytest.mark.parametrize("value", [{}, [], None, "urn:x"])
def test_events_is_an_object_with_a_member(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="events must"):
        parse_claims({**CLAIMS, "events": value})


def test_an_event_without_payload_is_an_empty_object() -> None:
    assert parse_claims({**CLAIMS, "events": {"urn:x": {}}}).events == {"urn:x": {}}


@pytest.mark.parametrize("payload", [None, True, "", []])
def test_a_payload_is_an_object(payload: object) -> None:
    with pytest.raises(InvalidRequestError, match="must be a JSON object"):
        parse_claims({**CLAIMS, "events": {"urn:x": payload}})


def test_an_event_identifier_does_not_occur_twice() -> None:
    with pytest.raises(InvalidRequestError, match="two members of the same name"):
        parse_json_object(b'{"events": {"urn:x": {}, "urn:x": {}}}')


def test_toe_may_be_present() -> None:
    assert parse_claims({**CLAIMS, "toe": 1458492425}).jti == CLAIMS["jti"]


def test_txn_correlates() -> None:
    txn = "5bb4ddd2-3e77-4e0b-a406-03c8fdc287c2"

    assert parse_claims({**CLAIMS, "txn": txn}).txn == txn
