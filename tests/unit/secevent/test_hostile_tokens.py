"""Whatever arrives, verification answers with a token or with a SetError, and is never fooled."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import assume, given
from hypothesis import strategies as st
from support.compact_jws import base64url, compact_jws, public_jwk_of

from secevent.errors import SetError
from secevent.scim_events import CREATE_FULL, DELETE, PATCH_FULL, PUT_NOTICE
from secevent.verification import ExpectedToken, KeySet, unverified_jti, unverified_kid, verify

NOW = 1458505044
EXPECTED = ExpectedToken(iss="i", audiences=frozenset({"a"}))
HEADER = {"typ": "secevent+jwt", "alg": "ES256", "kid": "k"}
CLAIMS = {
    "iss": "i",
    "iat": NOW,
    "jti": "j",
    "aud": "a",
    "sub_id": {"format": "scim", "uri": "/Users/1"},
    "events": {DELETE: {}},
}
PRIVATE_KEY = generate_private_key(SECP256R1())
KEYS = KeySet.from_jwks({"keys": [public_jwk_of(PRIVATE_KEY, kid="k")]})
VALID = compact_jws(HEADER, json.dumps(CLAIMS), PRIVATE_KEY)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["format", "uri", "id", "data", "x"]), children)
    ),
    max_leaves=6,
)
payloads = st.dictionaries(st.sampled_from(["data", "attributes", "version"]), json_values)
events = st.dictionaries(
    st.sampled_from([CREATE_FULL, PATCH_FULL, PUT_NOTICE, DELETE, "urn:x", ""]),
    payloads | json_values,
    max_size=3,
)
SUBJECT_MEMBERS = ("uri", "identifiers", "user", "email", "ip-addresses", "id")
TYPED_CLAIMS = ("iss", "iat", "jti", "aud", "txn", "nbf", "toe", "urn:heliograph:provenance")
subjects = st.fixed_dictionaries(
    {"format": st.sampled_from(["scim", "aliases", "complex", "email", "ip-addresses", "x", ""])},
    optional=dict.fromkeys(SUBJECT_MEMBERS, json_values),
)
hostile_claims = st.builds(
    lambda changes: {**CLAIMS, **changes},
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(TYPED_CLAIMS, json_values),
            "sub_id": subjects | json_values,
            "events": events | json_values,
        },
    ),
)
hostile_headers = st.builds(
    lambda changes: {**HEADER, **changes},
    st.dictionaries(
        st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jku", "jwk", "x5u", "x5c", "zip"]),
        json_values | st.sampled_from(["none", "HS256", "RS256", "ES384", "JWT", ["b64"]]),
        max_size=4,
    ),
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Draw a valid token with some stretches replaced, doubled, dropped or moved."""
    mutated = VALID
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(mutated)))
        end = draw(st.integers(start, min(len(mutated), start + 8)))
        stretch = mutated[start:end]
        replacement = draw(
            st.text(alphabet="AEQgwz09-_.=+/ é\n", max_size=4)
            | st.sampled_from(["", stretch * 2, stretch.swapcase(), stretch[::-1]])
        )
        mutated = mutated[:start] + replacement + mutated[end:]
    return mutated


def outcome(compact: str) -> str | SetError:
    try:
        return verify(compact, expected=EXPECTED, keys=KEYS, now=NOW).jti
    except SetError as error:
        return error


def test_the_token_that_is_mutated_below_is_valid() -> None:
    assert outcome(VALID) == "j"


@given(mutations())
def test_a_mutated_token_never_verifies(mutated: str) -> None:
    assume(mutated.strip() != VALID)

    assert isinstance(outcome(mutated), SetError)


@given(st.permutations(VALID.split(".")))
def test_no_other_order_of_the_parts_verifies(parts: list[str]) -> None:
    assume(".".join(parts) != VALID)

    assert isinstance(outcome(".".join(parts)), SetError)


@given(hostile_claims)
def test_whatever_the_issuer_signs_is_a_token_or_refused(claims_set: dict[str, Any]) -> None:
    compact = compact_jws(HEADER, json.dumps(claims_set), PRIVATE_KEY)

    result = outcome(compact)

    assert isinstance(result, SetError) or result == claims_set["jti"]


@given(hostile_headers)
def test_whatever_the_header_says_only_the_key_decides(header: dict[str, Any]) -> None:
    compact = compact_jws(header, json.dumps(CLAIMS), PRIVATE_KEY)
    forged = compact_jws(header, json.dumps(CLAIMS), generate_private_key(SECP256R1()))

    assert isinstance(outcome(compact), SetError) or outcome(compact) == "j"
    assert isinstance(outcome(forged), SetError)


@given(st.text(max_size=80) | st.lists(st.binary(max_size=40).map(base64url)).map(".".join))
def test_any_text_is_refused(text: str) -> None:
    assert isinstance(outcome(text), SetError)
    assert isinstance(unverified_kid(text), str | None)
    assert isinstance(unverified_jti(text), str | None)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_the_classic_forgeries_are_refused(algorithm: str) -> None:
    forged = compact_jws({**HEADER, "alg": algorithm}, json.dumps(CLAIMS), PRIVATE_KEY)
    unsigned = forged.rpartition(".")[0] + "."

    assert isinstance(outcome(forged), SetError)
    assert isinstance(outcome(unsigned), SetError)
