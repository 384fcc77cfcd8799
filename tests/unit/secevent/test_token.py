import dataclasses
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.errors import InvalidRequestError
from secevent.provenance import Provenance
from secevent.token import SecurityEventToken, claims, parse_claims

CLAIMS: dict[str, Any] = {
    "iss": "https://scim.example.com",
    "iat": 1458505044,
    "jti": "6164f3bb",
    "aud": "https://receiver.example.com",
    "sub_id": {"format": "scim", "uri": "/Users/2b2f"},
    "events": {"urn:ietf:params:scim:event:prov:delete": {}},
    "txn": "b7b953f1",
}

names = st.text(min_size=1, max_size=20)
integers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(names, children, max_size=3),
    max_leaves=8,
)
provenances = st.builds(
    Provenance,
    clock=st.integers(min_value=0, max_value=2**64 - 1),
    cluster=names,
    lineage=st.lists(names, max_size=3).map(tuple),
    version_before=st.text(max_size=20),
)
tokens = st.builds(
    SecurityEventToken,
    iss=names,
    iat=st.integers(min_value=0, max_value=2**40),
    jti=names,
    aud=st.lists(names, max_size=3).map(tuple),
    sub_id=st.fixed_dictionaries({"format": st.just("opaque"), "id": names}),
    events=st.dictionaries(
        names, st.dictionaries(names, json_values, max_size=3), min_size=1, max_size=3
    ),
    txn=st.none() | names,
    provenance=st.none() | provenances,
)


@given(tokens)
def test_a_token_comes_back_from_its_claims_as_it_was(token: SecurityEventToken) -> None:
    wire = orjson.dumps(claims(token))

    assert parse_claims(orjson.loads(wire)) == token


def test_the_claims_have_their_registered_names(token: SecurityEventToken) -> None:
    origin = Provenance(clock=7, cluster="a", lineage=("a", "b"), version_before='W/"1"')

    written = claims(dataclasses.replace(token, provenance=origin))

    assert written == {
        "iss": "https://scim.example.com",
        "iat": 1458505044,
        "jti": "6164f3bbf6ff41a88dc94f18cb0620e8",
        "aud": "https://receiver.example.com",
        "txn": "b7b953f11cc6489bbfb87834747cc4c1",
        "sub_id": {"format": "scim", "uri": "/Users/2b2f880af6674ac284bae9381673d462"},
        "events": {"urn:ietf:params:scim:event:prov:delete": {}},
        "urn:heliograph:provenance": {
            "clock": 7,
            "cluster": "a",
            "lineage": ["a", "b"],
            "version_before": 'W/"1"',
        },
    }


def test_what_is_not_known_is_not_written(token: SecurityEventToken) -> None:
    written = claims(dataclasses.replace(token, txn=None))

    assert written.keys() == {"iss", "iat", "jti", "aud", "sub_id", "events"}


@pytest.mark.parametrize(
    ("aud", "expected"),
    [
        pytest.param("a", ("a",), id="a single value is a string"),
        pytest.param(["a"], ("a",), id="a single value may be in an array"),
        pytest.param(["a", "b"], ("a", "b"), id="several are in an array"),
    ],
)
def test_aud_is_a_string_or_an_array(aud: object, expected: tuple[str, ...]) -> None:
    assert parse_claims({**CLAIMS, "aud": aud}).aud == expected


def test_a_set_without_aud_names_no_audience() -> None:
    without_aud = {name: value for name, value in CLAIMS.items() if name != "aud"}

    assert parse_claims(without_aud).aud == ()


def test_unknown_claims_are_ignored() -> None:
    assert parse_claims({**CLAIMS, "toe": 1458505000, "x": [None]}) == parse_claims(CLAIMS)


def test_a_fraction_of_a_second_is_dropped() -> None:
    assert parse_claims({**CLAIMS, "iat": 1458505044.9}).iat == 1458505044


def test_several_events_are_kept() -> None:
    events: dict[str, Any] = {"urn:a": {}, "urn:b": {"x": 1}}

    assert parse_claims({**CLAIMS, "events": events}).events == events


@pytest.mark.parametrize("name", ["iss", "iat", "jti", "events", "sub_id"])
def test_a_required_claim_is_missed_by_its_name(name: str) -> None:
    incomplete = {claim: value for claim, value in CLAIMS.items() if claim != name}

    with pytest.raises(InvalidRequestError, match=f"The claim {name} is missing"):
        parse_claims(incomplete)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"iss": ""}, "iss must be a non-empty string", id="an empty iss"),
        pytest.param({"iss": 5}, "iss must be a non-empty string", id="an iss that is a number"),
        pytest.param({"iat": "1"}, "iat must be a number", id="an iat in quotes"),
        pytest.param({"iat": True}, "iat must be a number", id="an iat that is a boolean"),
        pytest.param({"jti": None}, "jti must be a non-empty string", id="a null jti"),
        pytest.param({"aud": {}}, "aud must be an array", id="an aud that is an object"),
        pytest.param({"aud": ["a", 1]}, "Each element of aud", id="a number in aud"),
        pytest.param({"txn": 1}, "txn must be a non-empty string", id="a txn that is a number"),
        pytest.param({"toe": "now"}, "toe must be a number", id="a toe in words"),
        pytest.param({"nbf": []}, "nbf must be a number", id="an nbf that is an array"),
        pytest.param({"events": {}}, "events must have a member", id="events without a member"),
        pytest.param({"events": []}, "events must be a JSON object", id="events in an array"),
        pytest.param({"events": {"u": None}}, "The payload of u", id="a payload that is null"),
        pytest.param({"events": {"u": True}}, "The payload of u", id="a payload that is true"),
        pytest.param({"events": {"": {}}}, "An event type", id="an event without a type"),
        pytest.param({"sub": "a"}, "sub must not be present", id="a sub beside the sub_id"),
        pytest.param({"exp": 1}, "exp must not be present", id="an expiry"),
        pytest.param({"sub_id": "a"}, "sub_id must be a JSON object", id="a sub_id in a string"),
        pytest.param({"sub_id": {"uri": "/Users/1"}}, "format", id="a sub_id without a format"),
    ],
)
def test_a_malformed_claim_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidRequestError, match=complaint):
        parse_claims({**CLAIMS, **changes})


@pytest.mark.parametrize("claims_set", [None, [], "claims", 5])
def test_claims_are_a_json_object(claims_set: object) -> None:
    with pytest.raises(InvalidRequestError, match="must be a JSON object"):
        parse_claims(claims_set)
