"""What drafts before RFC 9967 say, in the words of the RFC (scim event drafts 00 to 16)."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from hypothesis import given
from hypothesis import strategies as st
from support.compact_jws import compact_jws, public_jwk_of

from secevent.errors import InvalidRequestError, SetError
from secevent.keys import KeySet
from secevent.legacy import modern_claims
from secevent.scim_events import EMITTED
from secevent.verification import ExpectedToken, verify

PREFIX = "urn:ietf:params:scim:event:"
DATA = {"userName": "ann"}
FULL: dict[str, Any] = {"data": DATA}
NOTICE: dict[str, Any] = {"attributes": ["userName"]}
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "jti": "jti-1",
    "aud": "https://receiver.example",
    "txn": "txn-1",
    "sub_id": {"format": "scim", "uri": "/Users/ann"},
    "events": {PREFIX + "prov:delete": {}},
}
NOW = 1_780_000_000


def modern_events(events: dict[str, Any]) -> Any:
    return modern_claims({"events": events}, received=NOW)["events"]


@pytest.mark.parametrize(
    ("uri", "payload", "modern", "expected"),
    [
        ("urn:ietf:params:event:SCIM:prov:create", FULL, "prov:create:full", FULL),
        ("urn:ietf:params:event:SCIM:prov:patch", NOTICE, "prov:patch:notice", NOTICE),
        ("urn:ietf:params:event:SCIM:prov:put", {}, "prov:put:notice", {"attributes": []}),
        ("urn:ietf:params:event:SCIM:prov:delete", {}, "prov:delete", {}),
        ("urn:ietf:params:SCIM:event:prov:create:full", FULL, "prov:create:full", FULL),
        ("urn:ietf:params:SCIM:event:prov:put:notice", NOTICE, "prov:put:notice", NOTICE),
        ("urn:ietf:params:SCIM:event:feed:add", {}, "feed:add", {}),
        ("urn:ietf:params:SCIM:event:misc:asyncResp", {"status": 201}, "misc:asyncresp", None),
        (PREFIX + "misc:asyncResp", {}, "misc:asyncresp", {}),
        (PREFIX + "prov:put:full", {**FULL, **NOTICE}, "prov:put:full", FULL),
        (PREFIX + "prov:put:notice", {**FULL, **NOTICE}, "prov:put:notice", NOTICE),
        (PREFIX + "prov:activate", {"version": "1"}, "prov:activate", {"version": "1"}),
    ],
)
def test_an_event_becomes(
    uri: str, payload: dict[str, Any], modern: str, expected: dict[str, Any] | None
) -> None:
    assert modern_events({uri: payload}) == {
        PREFIX + modern: payload if expected is None else expected
    }


@pytest.mark.parametrize(
    "events",
    [
        {"https://schemas.openid.net/secevent/caep/event-type/session-revoked": {}},
        {"urn:ietf:params:event:other:x": {"data": 1, "attributes": 2}},
        {"urn:ietf:params:SCIM:event:prov:delete": "no object"},
        [],
        None,
    ],
)
def test_what_is_no_scim_event_stays_as_it_is(events: Any) -> None:
    assert modern_events(events) == events


def test_two_spellings_of_one_type_are_one_event() -> None:
    events = {"urn:ietf:params:SCIM:event:prov:delete": {}, PREFIX + "prov:delete": {}}

    assert modern_events(events) == {PREFIX + "prov:delete": {}}


@pytest.mark.parametrize(
    ("sub_id", "modern"),
    [
        (
            {"format": "scim", "uri": "/Users/a", "id": "a", "rtype": "User", "username": "ann"},
            {"format": "scim", "uri": "/Users/a", "id": "a", "rtype": "User", "userName": "ann"},
        ),
        (
            {"format": "scim", "uri": "/Users/a", "externalId": None},
            {"format": "scim", "uri": "/Users/a"},
        ),
        (
            {"subject_type": "iss-sub", "iss": "https://a.example", "sub": "1"},
            {"format": "iss_sub", "iss": "https://a.example", "sub": "1"},
        ),
        (
            {"format": "phone", "phone_number": "+12065550100"},
            {"format": "phone_number", "phone_number": "+12065550100"},
        ),
        ("no object", "no object"),
    ],
)
def test_a_subject_identifier_becomes(sub_id: Any, modern: Any) -> None:
    assert modern_claims({"sub_id": sub_id}, received=NOW)["sub_id"] == modern


def test_a_missing_iat_is_the_time_of_arrival() -> None:
    assert modern_claims({}, received=NOW) == {"iat": NOW}
    assert modern_claims({"iat": 1}, received=NOW) == {"iat": 1}


@given(st.sampled_from(EMITTED), st.sampled_from([FULL, NOTICE, {}]))
def test_what_the_rfc_says_stays_as_it_is(uri: str, payload: dict[str, Any]) -> None:
    modern = modern_events({uri: payload})

    assert list(modern) == [uri]
    assert modern_events(modern) == modern
    if not uri.endswith(":notice") and not (uri.endswith(":full") and payload is NOTICE):
        assert modern == {uri: payload}


@pytest.mark.parametrize("accepts_legacy", [True, False])
def test_a_stream_without_the_switch_refuses_what_has_no_iat(accepts_legacy: bool) -> None:
    private = generate_ec_key(SECP256R1())
    keys = KeySet.from_jwks({"keys": [public_jwk_of(private, kid="k")]})
    header = {"typ": "secevent+jwt", "alg": "ES256", "kid": "k"}
    expected = ExpectedToken(
        CLAIMS["iss"], frozenset({CLAIMS["aud"]}), accepts_legacy=accepts_legacy
    )
    compact = compact_jws(header, json.dumps(CLAIMS), private)

    if accepts_legacy:
        assert verify(compact, expected=expected, keys=keys, now=NOW).iat == NOW
    else:
        with pytest.raises(InvalidRequestError, match="iat is missing"):
            verify(compact, expected=expected, keys=keys, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [{"exp": 1}, {"sub": "ann"}, {"iss": "https://other.example"}, {"aud": "x"}, {"jti": 1}],
    ids=str,
)
def test_the_switch_lets_nothing_else_in(changes: dict[str, Any]) -> None:
    private = generate_ec_key(SECP256R1())
    keys = KeySet.from_jwks({"keys": [public_jwk_of(private, kid="k")]})
    header = {"typ": "secevent+jwt", "alg": "ES256", "kid": "k"}
    expected = ExpectedToken(CLAIMS["iss"], frozenset({CLAIMS["aud"]}), accepts_legacy=True)
    compact = compact_jws(header, json.dumps({**CLAIMS, **changes}), private)

    with pytest.raises(SetError):
        verify(compact, expected=expected, keys=keys, now=NOW)
