"""JWTs of a tenant's issuers (RFC 7519, RFC 8725, RFC 9068)."""

from dataclasses import replace
from typing import Any

import pytest
from support.compact_jws import base64url
from support.jwt_signer import JwtSigner, signed_by_public_key, unsigned

from scim_gateway.domain.access_tokens import (
    AccessToken,
    issuer_of,
    key_set,
    unverified_jwt,
    verified,
)
from scim_gateway.domain.callers import MeByAttribute, MeById
from scim_gateway.domain.errors import JwtRefusedError, JwtScopeError
from scim_gateway.domain.tenants import JwtIssuer
from secevent.errors import UnknownKeyError
from secevent.keys import KeySet

NOW = 1_700_000_000
ISS = "https://idp.example.org"
ISSUER = JwtIssuer(ISS, frozenset({"https://scim.example.org", "api://scim"}))
CLAIMS = {"iss": ISS, "aud": "api://scim", "sub": "client-7", "exp": NOW + 3600, "iat": NOW}
SIGNER = JwtSigner("ES256")
KEYS = key_set(SIGNER.jwks)
ACCESS = AccessToken(f"{ISS} client-7", NOW + 3600, None)


def checked(token: str, issuer: JwtIssuer = ISSUER, keys: KeySet = KEYS) -> AccessToken:
    jwt = unverified_jwt(token)
    assert jwt is not None
    return verified(jwt, issuer, keys, now=NOW)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
def test_a_signed_jwt_is_for_its_issuer_and_subject(algorithm: str) -> None:
    signer = JwtSigner(algorithm)

    assert checked(signer.sign(CLAIMS), keys=key_set(signer.jwks)) == ACCESS


def test_a_key_may_say_which_algorithm_it_is_for() -> None:
    signer = JwtSigner("EdDSA")
    keys = KeySet.from_jwks({"keys": [{**signer.jwk, "alg": "EdDSA", "use": "sig"}]})

    assert checked(signer.sign(CLAIMS), keys=keys) == ACCESS


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", None])
def test_the_type_is_that_of_an_access_token_or_none(typ: str | None) -> None:
    assert checked(SIGNER.sign(CLAIMS, typ=typ)) == ACCESS


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": ["other", "https://scim.example.org"]}, id="one of two audiences"),
        pytest.param({"nbf": NOW + 59}, id="a clock that is ahead"),
        pytest.param({"iat": None}, id="no iat"),
    ],
)
def test_what_else_a_jwt_may_claim(claims: dict[str, Any]) -> None:
    given = {name: value for name, value in (CLAIMS | claims).items() if value is not None}

    assert checked(SIGNER.sign(given)) == ACCESS


def test_a_clock_may_be_behind_by_a_minute() -> None:
    access = checked(SIGNER.sign({**CLAIMS, "exp": NOW - 59}))

    assert access == replace(ACCESS, expires=NOW - 59)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        pytest.param({"exp": None}, "exp must be a number", id="no end"),
        pytest.param({"exp": str(NOW + 60)}, "exp must be a number", id="an end in text"),
        pytest.param({"exp": True}, "exp must be a number", id="an end that is true"),
        pytest.param({"exp": NOW - 60}, "exp has passed", id="expired"),
        pytest.param({"nbf": NOW + 61}, "nbf is in the future", id="not yet"),
        pytest.param({"iat": NOW + 61}, "iat is in the future", id="of tomorrow"),
        pytest.param({"aud": "https://other.example"}, "aud has none", id="for somebody else"),
        pytest.param({"aud": None}, "aud has none", id="for nobody"),
        pytest.param({"aud": [7, {}]}, "aud has none", id="for no text"),
        pytest.param({"sub": None}, "sub must be", id="of nobody"),
        pytest.param({"sub": ""}, "sub must be", id="of an empty name"),
    ],
)
def test_a_jwt_that_is_not_in_force_or_not_for_us_is_refused(
    claims: dict[str, Any], why: str
) -> None:
    given = {name: value for name, value in (CLAIMS | claims).items() if value is not None}

    with pytest.raises(JwtRefusedError, match=why):
        checked(SIGNER.sign(given))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        pytest.param({"typ": "secevent+jwt"}, "typ must be", id="a Security Event Token"),
        pytest.param({"typ": "dpop+jwt"}, "typ must be", id="a proof"),
        pytest.param({"typ": 7}, "typ must be", id="a type that is no text"),
        pytest.param({"crit": ["exp"]}, "crit names", id="an extension"),
        pytest.param({"alg": "ES384"}, "alg must be one of", id="another algorithm"),
        pytest.param({"alg": ["ES256"]}, "alg must be one of", id="an algorithm that is no text"),
        pytest.param({"alg": "RS256"}, "not one for RS256", id="an algorithm of other keys"),
    ],
)
def test_a_header_that_is_not_of_an_access_token_is_refused(
    header: dict[str, Any], why: str
) -> None:
    with pytest.raises(JwtRefusedError, match=why):
        checked(SIGNER.sign(CLAIMS, **header))


@pytest.mark.parametrize(
    ("token", "why"),
    [
        pytest.param(unsigned(CLAIMS), "alg must be one of", id="none"),
        pytest.param(
            signed_by_public_key(CLAIMS, SIGNER.jwks), "alg must be one of", id="a public secret"
        ),
        pytest.param(JwtSigner("ES256").sign(CLAIMS), "does not verify", id="another key"),
        pytest.param(
            SIGNER.sign(CLAIMS).rpartition(".")[0] + ".", "does not verify", id="no signature"
        ),
    ],
)
def test_what_the_issuer_has_not_signed_is_refused(token: str, why: str) -> None:
    with pytest.raises(JwtRefusedError, match=why):
        checked(token)


def test_a_key_that_the_header_brings_is_not_used() -> None:
    forger = JwtSigner("ES256", kid="mine")

    with pytest.raises(UnknownKeyError):
        checked(forger.sign(CLAIMS, jwk=forger.jwk, jku="https://evil.example/keys"))


def test_changed_claims_do_not_verify() -> None:
    header, _, signature = SIGNER.sign(CLAIMS).split(".")
    changed = base64url(b'{"iss":"https://idp.example.org","aud":"api://scim","sub":"root"}')

    with pytest.raises(JwtRefusedError, match="does not verify"):
        checked(f"{header}.{changed}.{signature}")


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": "openid scim.write"},
        {"scp": "scim.write"},
        {"scp": ["openid", "scim.write"]},
    ],
)
def test_a_scope_may_be_required(claims: dict[str, Any]) -> None:
    issuer = replace(ISSUER, required_scope="scim.write")

    assert checked(SIGNER.sign(CLAIMS | claims), issuer) == ACCESS


@pytest.mark.parametrize("claims", [{}, {"scope": "scim.writer"}, {"scope": 7}, {"scp": [["x"]]}])
def test_a_jwt_without_the_required_scope_does_not_reach_so_far(claims: dict[str, Any]) -> None:
    issuer = replace(ISSUER, required_scope="scim.write")

    with pytest.raises(JwtScopeError, match=r"lacks the scope scim\.write"):
        checked(SIGNER.sign(CLAIMS | claims), issuer)


@pytest.mark.parametrize(
    ("attribute", "claim", "me"),
    [
        ("id", "u-1", MeById("u-1")),
        ("userName", 'a"nn', MeByAttribute("userName", 'a"nn')),
        ("userName", 7, None),
        ("userName", "", None),
        ("userName", "x" * 1025, None),
        ("", "ann", None),
    ],
)
def test_a_claim_tells_who_me_is(attribute: str, claim: object, me: object) -> None:
    issuer = replace(ISSUER, me_claim="upn", me_attribute=attribute)

    assert checked(SIGNER.sign({**CLAIMS, "upn": claim}), issuer).me == me


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("an-opaque-token-of-the-admin", id="no dots"),
        pytest.param("two.dots.here", id="no base64url"),
        pytest.param("W10.e30.", id="a header that is no object"),
        pytest.param("e30." + base64url(b'{"iss":"a","iss":"b"}') + ".", id="two issuers"),
        pytest.param("e30." + "e" * 17_000 + ".", id="too long"),
    ],
)
def test_what_is_no_jwt_may_be_an_opaque_token(token: str) -> None:
    assert unverified_jwt(token) is None


@pytest.mark.parametrize("iss", [f"{ISS}/", ISS.upper(), [ISS], None])
def test_an_issuer_is_known_by_its_exact_name(iss: object) -> None:
    jwt = unverified_jwt(SIGNER.sign({**CLAIMS, "iss": iss}))
    assert jwt is not None

    assert issuer_of(jwt, [ISSUER]) is None


def test_what_is_no_jwk_set_has_no_keys() -> None:
    assert [key_set(jwks).keys for jwks in (b"", b"[]", b'{"keys":7}')] == [()] * 3
