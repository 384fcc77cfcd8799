"""Encrypted SETs; test_other_library.py has those of another library."""

import base64
import json
from typing import Any

import pytest
from support.compact_jws import base64url

from secevent.encryption import (
    DecryptionKeys,
    EncryptionKey,
    generate_encryption_jwk,
    is_encrypted,
    unverified_encryption_kid,
)
from secevent.errors import InvalidKeyError, InvalidRequestError, UnknownKeyError
from secevent.keys import KeySet
from secevent.signing import public_jwk

JWS = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"


@pytest.fixture(scope="module")
def rsa_key() -> dict[str, Any]:
    return generate_encryption_jwk("RSA-OAEP-256")


@pytest.fixture(scope="module")
def ec_key() -> dict[str, Any]:
    return generate_encryption_jwk("ECDH-ES")


@pytest.fixture(params=["RSA-OAEP-256", "ECDH-ES"])
def private_jwk(
    request: pytest.FixtureRequest, rsa_key: dict[str, Any], ec_key: dict[str, Any]
) -> dict[str, Any]:
    return rsa_key if request.param == "RSA-OAEP-256" else ec_key


def encrypted(*jwks: dict[str, Any], content: str = JWS) -> str:
    key = EncryptionKey.from_jwks({"keys": [public_jwk(jwk) for jwk in jwks]})
    assert key is not None
    return key.encrypt(content)


def header_of(compact: str) -> dict[str, Any]:
    segment = compact.split(".", maxsplit=1)[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=="))
    return header


def with_header(compact: str, **changes: object) -> str:
    header = {**header_of(compact), **changes}
    kept = {name: value for name, value in header.items() if value is not None}
    return ".".join([base64url(json.dumps(kept).encode()), *compact.split(".")[1:]])


def test_what_is_encrypted_to_a_key_that_key_opens(private_jwk: dict[str, Any]) -> None:
    compact = encrypted(private_jwk)

    assert is_encrypted(compact)
    assert JWS.split(".")[1] not in compact.split(".")
    assert DecryptionKeys.from_private_jwks([private_jwk]).decrypt(compact) == JWS


def test_the_header_says_how_and_by_which_key(private_jwk: dict[str, Any]) -> None:
    header = header_of(encrypted(private_jwk))

    header.pop("epk", None)
    assert header == {
        "alg": private_jwk["alg"],
        "enc": "A256GCM",
        "cty": "secevent+jwt",
        "kid": private_jwk["kid"],
    }


def test_a_large_set_is_encrypted_too(ec_key: dict[str, Any]) -> None:
    large = JWS + "A" * 1_000_000

    opened = DecryptionKeys.from_private_jwks([ec_key]).decrypt(encrypted(ec_key, content=large))

    assert opened == large


def test_of_two_keys_the_elliptic_one_is_used(
    rsa_key: dict[str, Any], ec_key: dict[str, Any]
) -> None:
    assert unverified_encryption_kid(encrypted(rsa_key, ec_key)) == ec_key["kid"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"use": "sig"}, id="for signatures"),
        pytest.param({"use": None, "alg": None}, id="for nothing said"),
        pytest.param({"alg": "ECDH-ES+A256KW"}, id="for another algorithm"),
        pytest.param({"key_ops": ["verify"]}, id="for verifying"),
        pytest.param({"kty": "oct"}, id="of another type"),
        pytest.param({"crv": "secp256k1"}, id="on another curve"),
    ],
)
def test_nothing_is_encrypted_to_a_key(changes: dict[str, Any], ec_key: dict[str, Any]) -> None:
    jwk = {**public_jwk(ec_key), **changes}
    kept = {name: value for name, value in jwk.items() if value is not None}

    assert EncryptionKey.from_jwks({"keys": [kept, "none"]}) is None


def test_a_key_need_not_name_its_use_when_it_names_its_algorithm(ec_key: dict[str, Any]) -> None:
    jwk = {name: value for name, value in public_jwk(ec_key).items() if name != "use"}

    assert EncryptionKey.from_jwks({"keys": [jwk]}) is not None


def test_an_encryption_key_verifies_nothing(private_jwk: dict[str, Any]) -> None:
    keys = KeySet.from_jwks({"keys": [public_jwk(private_jwk)]})
    algorithm = "RS256" if private_jwk["kty"] == "RSA" else "ES256"

    with pytest.raises(InvalidKeyError, match="not one for"):
        keys.select(private_jwk["kid"], algorithm)


def test_without_the_key_it_does_not_open(rsa_key: dict[str, Any], ec_key: dict[str, Any]) -> None:
    for keys in ([], [rsa_key]):
        with pytest.raises(UnknownKeyError):
            DecryptionKeys.from_private_jwks(keys).decrypt(encrypted(ec_key))


def test_another_key_of_the_same_kid_does_not_open_it(private_jwk: dict[str, Any]) -> None:
    other = {**generate_encryption_jwk(private_jwk["alg"]), "kid": private_jwk["kid"]}

    with pytest.raises(InvalidKeyError, match="does not decrypt"):
        DecryptionKeys.from_private_jwks([other]).decrypt(encrypted(private_jwk))


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_no_part_can_be_changed(part: int, private_jwk: dict[str, Any]) -> None:
    parts = encrypted(private_jwk).split(".")
    parts[part] = base64url(b"\0" * 12 if part == 2 else b"\0" * 16)

    with pytest.raises(InvalidKeyError, match="does not decrypt"):
        DecryptionKeys.from_private_jwks([private_jwk]).decrypt(".".join(parts))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"alg": "RSA1_5"}, id="RSA1_5"),
        pytest.param({"alg": "dir"}, id="dir"),
        pytest.param({"alg": "none"}, id="none"),
        pytest.param({"enc": "A128CBC-HS256"}, id="another enc"),
        pytest.param({"enc": None}, id="no enc"),
        pytest.param({"zip": "DEF"}, id="compressed"),
        pytest.param({"crit": ["exp"], "exp": 1}, id="critical extension"),
        pytest.param({"cty": "json"}, id="other content"),
        pytest.param({"cty": None}, id="unnamed content"),
        pytest.param({"kid": 7}, id="a kid that is no string"),
    ],
)
def test_a_header_is_refused_with(changes: dict[str, Any], ec_key: dict[str, Any]) -> None:
    compact = with_header(encrypted(ec_key), **changes)

    with pytest.raises(InvalidRequestError):
        DecryptionKeys.from_private_jwks([ec_key]).decrypt(compact)


@pytest.mark.parametrize("compact", ["....", "!.a.b.c.d", "e30.a.b.c.d", "bnVsbA.a.b.c.d"])
def test_garbage_is_an_invalid_request(compact: str, ec_key: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        DecryptionKeys.from_private_jwks([ec_key]).decrypt(compact)


@pytest.mark.parametrize(
    "epk", [None, {}, "x", {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}]
)
def test_an_ephemeral_key_that_is_none_opens_nothing(epk: object, ec_key: dict[str, Any]) -> None:
    compact = with_header(encrypted(ec_key), epk=epk)

    with pytest.raises(InvalidKeyError):
        DecryptionKeys.from_private_jwks([ec_key]).decrypt(compact)


def test_there_are_keys_for_two_algorithms_alone() -> None:
    with pytest.raises(ValueError, match="must be"):
        generate_encryption_jwk("RSA1_5")
