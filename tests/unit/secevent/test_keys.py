from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from support.compact_jws import base64url, public_jwk_of

from secevent.errors import InvalidKeyError, InvalidRequestError, UnknownKeyError
from secevent.keys import KeySet
from secevent.signing import generate_private_jwk, public_jwk


def test_a_key_is_found_by_its_kid(rsa_jwk: dict[str, Any], ec_jwk: dict[str, Any]) -> None:
    keys = KeySet.from_jwks({"keys": [public_jwk(rsa_jwk), public_jwk(ec_jwk)]})

    assert keys.select(ec_jwk["kid"], "ES256").kid == ec_jwk["kid"]


def test_a_private_key_in_a_jwk_set_is_taken_as_a_public_one(ec_jwk: dict[str, Any]) -> None:
    keys = KeySet.from_jwks({"keys": [ec_jwk]})

    assert not keys.select(ec_jwk["kid"], "ES256").is_private


def test_keys_of_two_kinds_may_share_a_kid(rsa_jwk: dict[str, Any], ec_jwk: dict[str, Any]) -> None:
    shared = [{**public_jwk(jwk), "kid": "k"} for jwk in (rsa_jwk, ec_jwk)]

    assert KeySet.from_jwks({"keys": shared}).select("k", "ES256").key_type == "EC"


def test_without_a_kid_the_only_fitting_key_is_meant(
    rsa_jwk: dict[str, Any], ec_jwk: dict[str, Any]
) -> None:
    keys = KeySet.from_jwks({"keys": [public_jwk(rsa_jwk), public_jwk(ec_jwk)]})

    assert keys.select(None, "ES256").kid == ec_jwk["kid"]


def test_without_a_kid_two_fitting_keys_are_one_too_many(ec_jwk: dict[str, Any]) -> None:
    second = generate_private_jwk("ES256")
    keys = KeySet.from_jwks({"keys": [public_jwk(ec_jwk), public_jwk(second)]})

    with pytest.raises(InvalidKeyError, match="kid"):
        keys.select(None, "ES256")


def test_a_kid_that_is_not_there_asks_for_a_fresh_set(ec_jwk: dict[str, Any]) -> None:
    with pytest.raises(UnknownKeyError):
        KeySet.from_jwks({"keys": [public_jwk(ec_jwk)]}).select("other", "ES256")


@pytest.mark.parametrize(
    ("changes", "algorithm"),
    [
        pytest.param({}, "RS256", id="a key of another type"),
        pytest.param({}, "ES384", id="a key on another curve"),
        pytest.param({"alg": "ES512"}, "ES256", id="a key for another algorithm"),
        pytest.param({"use": "enc"}, "ES256", id="a key for encryption"),
        pytest.param({"use": "sig", "key_ops": ["sign"]}, "ES256", id="a key not for verifying"),
        pytest.param({}, "HS256", id="an algorithm of shared secrets"),
        pytest.param({}, "none", id="no algorithm"),
    ],
)
def test_a_key_verifies_only_what_it_is_for(
    ec_jwk: dict[str, Any], changes: dict[str, Any], algorithm: str
) -> None:
    keys = KeySet.from_jwks({"keys": [{**public_jwk(ec_jwk), **changes}]})

    with pytest.raises(InvalidKeyError, match=f"not one for {algorithm}"):
        keys.select(ec_jwk["kid"], algorithm)


UNUSABLE: list[object] = [
    {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
    {
        "kty": "OKP",
        "kid": "k",
        "crv": "X25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    },
    {"kty": "AKP", "kid": "k", "pub": "x"},
    {"kty": "EC", "kid": "k", "crv": "secp256k1", "x": "AA", "y": "AA"},
    {"kty": "EC", "kid": "k", "crv": "P-256", "x": "AQ", "y": "AQ"},
    {"kty": "EC", "kid": "k", "crv": "P-256"},
    {"kty": "EC", "kid": "k", "crv": []},
    {"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"},
    {"kty": "RSA", "kid": "k"},
    {"kty": []},
    {"kid": "k"},
    "k",
    None,
]


@pytest.mark.parametrize("jwk", UNUSABLE, ids=str)
def test_a_key_that_cannot_be_used_is_passed_over(jwk: object, ec_jwk: dict[str, Any]) -> None:
    keys = KeySet.from_jwks({"keys": [jwk, public_jwk(ec_jwk)]})

    assert [key.kid for key in keys.keys] == [ec_jwk["kid"]]


@pytest.mark.parametrize(("octets", "taken"), [(255, []), (256, ["k"]), (2049, [])])
def test_an_rsa_key_has_2048_bits_at_least_and_16384_at_most(octets: int, taken: list[str]) -> None:
    jwk = {"kty": "RSA", "kid": "k", "n": base64url(b"\xc1" * octets), "e": "AQAB"}

    assert [key.kid for key in KeySet.from_jwks({"keys": [jwk]}).keys] == taken


def test_a_key_made_elsewhere_is_taken() -> None:
    jwk = public_jwk_of(generate_ec_key(SECP256R1()), kid="k")

    assert KeySet.from_jwks({"keys": [jwk]}).select("k", "ES256").kid == "k"


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": {}}], ids=str)
def test_a_jwk_set_is_an_object_with_keys(jwks: object) -> None:
    with pytest.raises(InvalidRequestError, match="JWK Set"):
        KeySet.from_jwks(jwks)
