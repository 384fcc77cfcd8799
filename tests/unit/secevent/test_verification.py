import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from support.compact_jws import PrivateKey, base64url, compact_jws, json_segment, public_jwk_of

from secevent.errors import (
    AuthenticationFailedError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidKeyError,
    InvalidRequestError,
    SetError,
    UnknownKeyError,
)
from secevent.signing import Signer, public_jwk
from secevent.token import SecurityEventToken, claims
from secevent.verification import ExpectedToken, KeySet, unverified_jti, unverified_kid, verify

NOW = 1458505044
EXPECTED = ExpectedToken(
    iss="https://scim.example.com",
    audiences=frozenset({"https://receiver.example.com", "https://other.example.com"}),
)
HEADER = {"typ": "secevent+jwt", "alg": "ES256", "kid": "k"}
CREATE_FULL = "urn:ietf:params:scim:event:prov:create:full"

Sign = Callable[..., str]


@pytest.fixture(scope="module")
def private_key() -> EllipticCurvePrivateKey:
    return generate_ec_key(SECP256R1())


@pytest.fixture(scope="module")
def keys(private_key: EllipticCurvePrivateKey) -> KeySet:
    return KeySet.from_jwks({"keys": [public_jwk_of(private_key, kid="k")]})


@pytest.fixture
def sign(private_key: EllipticCurvePrivateKey, token: SecurityEventToken) -> Sign:
    """Return a function that signs the token with some claims and headers changed."""

    def sign(*, header: dict[str, Any] | None = None, **changes: object) -> str:
        payload = json.dumps({**claims(token), **changes})
        return compact_jws({**HEADER, **(header or {})}, payload, private_key)

    return sign


def test_what_this_library_signs_it_verifies(
    private_jwk: dict[str, Any], token: SecurityEventToken
) -> None:
    keys = KeySet.from_jwks({"keys": [public_jwk(private_jwk)]})
    compact = Signer(private_jwk).sign(token)

    assert verify(compact, expected=EXPECTED, keys=keys, now=NOW) == token


@pytest.mark.parametrize(
    ("algorithm", "elsewhere"),
    [
        pytest.param("RS256", generate_rsa_key(65537, 2048), id="RS256"),
        pytest.param("ES256", generate_ec_key(SECP256R1()), id="ES256"),
    ],
)
def test_what_is_signed_elsewhere_verifies(
    algorithm: str, elsewhere: PrivateKey, token: SecurityEventToken
) -> None:
    keys = KeySet.from_jwks({"keys": [public_jwk_of(elsewhere, kid="k")]})
    compact = compact_jws({**HEADER, "alg": algorithm}, json.dumps(claims(token)), elsewhere)

    assert verify(compact, expected=EXPECTED, keys=keys, now=NOW) == token


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"typ": "application/secevent+jwt"}, id="the type in its long form"),
        pytest.param({"typ": "SecEvent+JWT"}, id="the type in another case"),
        pytest.param({"x": {"unknown": True}}, id="an unknown header parameter"),
        pytest.param({"kid": "k", "cty": "json"}, id="a content type"),
    ],
)
def test_a_header_may_be_written_in_other_ways(
    header: dict[str, Any], sign: Sign, keys: KeySet, token: SecurityEventToken
) -> None:
    assert verify(sign(header=header), expected=EXPECTED, keys=keys, now=NOW) == token


def test_white_space_around_a_token_does_no_harm(
    sign: Sign, keys: KeySet, token: SecurityEventToken
) -> None:
    assert verify(f" {sign()}\r\n", expected=EXPECTED, keys=keys, now=NOW) == token


def test_one_audience_in_common_is_enough(sign: Sign, keys: KeySet) -> None:
    compact = sign(aud=["https://nobody.example.com", "https://other.example.com"])

    verified = verify(compact, expected=EXPECTED, keys=keys, now=NOW)

    assert verified.aud == ("https://nobody.example.com", "https://other.example.com")


def test_clocks_may_differ_by_the_skew(sign: Sign, keys: KeySet) -> None:
    compact = sign(iat=NOW + 300, nbf=NOW + 300)

    assert verify(compact, expected=EXPECTED, keys=keys, now=NOW).iat == NOW + 300


def test_no_token_is_too_old(sign: Sign, keys: KeySet) -> None:
    assert verify(sign(iat=1), expected=EXPECTED, keys=keys, now=NOW).iat == 1


def test_an_unknown_event_type_is_let_through(sign: Sign, keys: KeySet) -> None:
    compact = sign(events={"urn:x": {"data": 1}}, sub_id={"format": "opaque", "id": "1"})

    verified = verify(compact, expected=EXPECTED, keys=keys, now=NOW)

    assert verified.events == {"urn:x": {"data": 1}}


REFUSED_HEADERS = [
    pytest.param({"alg": "none"}, InvalidRequestError, "alg must be one of", id="alg none"),
    pytest.param({"alg": "None"}, InvalidRequestError, "alg must be", id="alg None"),
    pytest.param({"alg": "HS256"}, InvalidRequestError, "alg must be", id="alg HS256"),
    pytest.param({"alg": "ES384"}, InvalidRequestError, "alg must be", id="an alg not expected"),
    pytest.param({"alg": ["ES256"]}, InvalidRequestError, "alg must be", id="alg in an array"),
    pytest.param({"alg": "RS256"}, InvalidKeyError, "not one for RS256", id="the other alg"),
    pytest.param({"typ": "JWT"}, InvalidRequestError, "typ must be", id="typ JWT"),
    pytest.param({"typ": None}, InvalidRequestError, "typ must be", id="typ null"),
    pytest.param({"kid": "other"}, UnknownKeyError, "kid", id="an unknown kid"),
    pytest.param({"kid": 5}, InvalidRequestError, "kid must be", id="a kid that is a number"),
    pytest.param({"crit": ["b64"], "b64": False}, InvalidRequestError, "crit", id="crit"),
    pytest.param({"crit": []}, InvalidRequestError, "crit", id="an empty crit"),
]


@pytest.mark.parametrize(("header", "error", "complaint"), REFUSED_HEADERS)
def test_a_header_is_refused(
    header: dict[str, Any], error: type[SetError], complaint: str, sign: Sign, keys: KeySet
) -> None:
    with pytest.raises(error, match=complaint):
        verify(sign(header=header), expected=EXPECTED, keys=keys, now=NOW)


REFUSED_CLAIMS = [
    pytest.param({"iss": "https://scim.example.com/"}, InvalidIssuerError, "iss", id="issuer"),
    pytest.param({"aud": "https://nobody.example.com"}, InvalidAudienceError, "aud", id="audience"),
    pytest.param({"aud": []}, InvalidAudienceError, "aud", id="no audience"),
    pytest.param({"exp": NOW + 60}, InvalidRequestError, "exp", id="an expiry"),
    pytest.param({"sub": "a"}, InvalidRequestError, "sub", id="a sub"),
    pytest.param({"iat": NOW + 301}, InvalidRequestError, "iat is in the future", id="iat ahead"),
    pytest.param({"nbf": NOW + 301}, InvalidRequestError, "nbf is in the future", id="nbf ahead"),
    pytest.param({"events": {}}, InvalidRequestError, "events", id="no events"),
    pytest.param({"jti": 5}, InvalidRequestError, "jti", id="a jti that is a number"),
    pytest.param(
        {"events": {CREATE_FULL: {"attributes": ["a"]}}},
        InvalidRequestError,
        "must have data",
        id="a payload against its definition",
    ),
    pytest.param(
        {"sub_id": {"format": "opaque", "id": "1"}},
        InvalidRequestError,
        '"scim"',
        id="a provisioning event about something else than a resource",
    ),
]


@pytest.mark.parametrize(("changes", "error", "complaint"), REFUSED_CLAIMS)
def test_claims_are_refused(
    changes: dict[str, Any], error: type[SetError], complaint: str, sign: Sign, keys: KeySet
) -> None:
    with pytest.raises(error, match=complaint):
        verify(sign(**changes), expected=EXPECTED, keys=keys, now=NOW)


def test_a_signature_by_another_key_is_refused(token: SecurityEventToken, keys: KeySet) -> None:
    forged = compact_jws(HEADER, json.dumps(claims(token)), generate_ec_key(SECP256R1()))

    with pytest.raises(AuthenticationFailedError):
        verify(forged, expected=EXPECTED, keys=keys, now=NOW)


def test_a_signature_of_another_payload_is_refused(sign: Sign, keys: KeySet) -> None:
    header, payload, _ = sign().split(".")
    _, _, signature = sign(jti="other").split(".")

    with pytest.raises(AuthenticationFailedError):
        verify(f"{header}.{payload}.{signature}", expected=EXPECTED, keys=keys, now=NOW)


def test_a_key_that_the_header_brings_along_is_not_used(
    token: SecurityEventToken, keys: KeySet
) -> None:
    forger = generate_ec_key(SECP256R1())
    jwk = public_jwk_of(forger, kid="k")
    header = {**HEADER, "jwk": jwk, "jku": "https://evil.example.com/jwks", "x5u": "https://e/x"}
    forged = compact_jws(header, json.dumps(claims(token)), forger)

    with pytest.raises(AuthenticationFailedError):
        verify(forged, expected=EXPECTED, keys=keys, now=NOW)


def test_a_public_key_never_serves_as_a_shared_secret() -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        dataclasses.replace(EXPECTED, algorithms=frozenset({"ES256", "HS256"}))


def test_no_expectation_allows_an_unsigned_token() -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        dataclasses.replace(EXPECTED, algorithms=frozenset({"none"}))


def test_the_empty_signature_is_refused(sign: Sign, keys: KeySet) -> None:
    header, payload, _ = sign().split(".")

    with pytest.raises(AuthenticationFailedError):
        verify(f"{header}.{payload}.", expected=EXPECTED, keys=keys, now=NOW)


def test_the_zero_signature_is_refused(sign: Sign, keys: KeySet) -> None:
    header, payload, _ = sign().split(".")

    with pytest.raises(AuthenticationFailedError):
        verify(f"{header}.{payload}.{base64url(bytes(64))}", expected=EXPECTED, keys=keys, now=NOW)


@pytest.mark.parametrize("part", ["header", "payload"])
def test_a_duplicate_member_is_refused(
    part: str, private_key: EllipticCurvePrivateKey, token: SecurityEventToken, keys: KeySet
) -> None:
    twice = json.dumps(claims(token)).replace('"jti":', '"jti": "another", "jti":')
    compact = compact_jws(HEADER, twice, private_key)
    if part == "header":
        header = base64url(b'{"typ":"secevent+jwt","alg":"none","alg":"ES256","kid":"k"}')
        compact = f"{header}.{compact.split('.', 1)[1]}"

    with pytest.raises(InvalidRequestError, match="two members of the same name"):
        verify(compact, expected=EXPECTED, keys=keys, now=NOW)


GARBAGE = [
    pytest.param("", id="nothing"),
    pytest.param("a.b", id="two parts"),
    pytest.param("a.b.c.d", id="four parts"),
    pytest.param("....", id="five empty parts"),
    pytest.param("..", id="three empty parts"),
    pytest.param("é.é.é", id="not ASCII"),
    pytest.param("\ud800.a.a", id="half a surrogate pair"),
    pytest.param(f"{base64url(b'[]')}.e30.AA", id="a header that is an array"),
    pytest.param(f"{json_segment(HEADER)}=.e30.AA", id="padding"),
    pytest.param(f"{json_segment(HEADER)}.e30K+.AA", id="ordinary base64"),
    pytest.param(f"{json_segment(HEADER)}.e31.AA", id="base64 with bits to spare"),
    pytest.param(f"{json_segment(HEADER)}.W10.AA", id="a payload that is an array"),
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_token_is_refused(garbage: str, keys: KeySet) -> None:
    with pytest.raises((InvalidRequestError, InvalidKeyError)):
        verify(garbage, expected=EXPECTED, keys=keys, now=NOW)

    assert unverified_kid(garbage) in {None, "k"}
    assert unverified_jti(garbage) is None


def test_an_encrypted_token_asks_for_another_key(keys: KeySet) -> None:
    with pytest.raises(InvalidKeyError, match="encrypted"):
        verify("a.b.c.d.e", expected=EXPECTED, keys=keys, now=NOW)


def test_a_token_of_more_than_a_mebibyte_is_refused(sign: Sign, keys: KeySet) -> None:
    compact = sign(events={"urn:x": {"data": "x" * 800_000}})

    with pytest.raises(InvalidRequestError, match="at most 1048576"):
        verify(compact, expected=EXPECTED, keys=keys, now=NOW)


def test_a_token_of_half_a_mebibyte_is_taken(sign: Sign, keys: KeySet) -> None:
    compact = sign(events={"urn:x": {"data": "x" * 400_000}})

    assert verify(compact, expected=EXPECTED, keys=keys, now=NOW).jti


ORDER: list[tuple[dict[str, Any], dict[str, Any], type[SetError]]] = [
    ({"typ": "JWT"}, {}, InvalidRequestError),
    ({}, {"jti": 5}, InvalidRequestError),
    ({}, {"iss": "x"}, InvalidIssuerError),
    ({"kid": "x"}, {}, UnknownKeyError),
    ({}, {"aud": "x"}, InvalidAudienceError),
    ({}, {"exp": 1}, InvalidRequestError),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_first_fault_in_the_order_of_the_checks_is_answered(
    first: int, sign: Sign, keys: KeySet
) -> None:
    header: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    for header_fault, claims_fault, _ in reversed(ORDER[first:]):
        header |= header_fault
        changes |= claims_fault

    with pytest.raises(ORDER[first][2]):
        verify(sign(header=header, **changes), expected=EXPECTED, keys=keys, now=NOW)


def test_kid_and_jti_can_be_read_before_verifying(sign: Sign) -> None:
    compact = sign(header={"kid": "k2"}, jti="j2")

    assert (unverified_kid(compact), unverified_jti(compact)) == ("k2", "j2")


def test_a_header_without_kid_has_none(private_key: EllipticCurvePrivateKey) -> None:
    assert unverified_kid(compact_jws({"alg": "ES256"}, "{}", private_key)) is None
