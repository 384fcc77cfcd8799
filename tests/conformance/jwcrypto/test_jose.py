"""SETs, JWSs and JWEs against jwcrypto, which shares no code with the library of the product."""

import json
from typing import Any

import pytest
from jwcrypto import jwe, jwk, jws, jwt

from secevent.encryption import DecryptionKeys, EncryptionKey, generate_encryption_jwk
from secevent.errors import AuthenticationFailedError, InvalidKeyError
from secevent.signing import Signer, generate_private_jwk, public_jwk
from secevent.token import SecurityEventToken, claims
from secevent.verification import ExpectedToken, KeySet, verify

ISSUER, AUDIENCE = "https://issuer.example", "https://receiver.example"
NOW = 1_780_000_000
TOKEN = SecurityEventToken(
    iss=ISSUER,
    iat=NOW,
    jti="jti-1",
    aud=(AUDIENCE,),
    sub_id={"format": "scim", "uri": "/Users/ann"},
    events={"urn:ietf:params:scim:event:prov:delete": {}},
    txn="txn-1",
    provenance=None,
)
# what each kind of key of jwcrypto is made of
KEYS: dict[str, dict[str, Any]] = {
    "RS256": {"kty": "RSA", "size": 2048},
    "PS256": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"},
    "ES384": {"kty": "EC", "crv": "P-384"},
    "PS384": {"kty": "RSA", "size": 2048},
    "RSA-OAEP-256": {"kty": "RSA", "size": 2048},
    "ECDH-ES": {"kty": "EC", "crv": "P-256"},
}


def their_key(algorithm: str, *, use: str) -> Any:
    return jwk.JWK.generate(kid="theirs", alg=algorithm, use=use, **KEYS[algorithm])


def public(key: Any) -> dict[str, Any]:
    members: dict[str, Any] = key.export_public(as_dict=True)
    return members


def signed_by_them(key: Any, algorithm: str) -> str:
    header = {"typ": "secevent+jwt", "alg": algorithm, "kid": "theirs"}
    token = jwt.JWT(header=header, claims=claims(TOKEN))
    token.make_signed_token(key)
    compact: str = token.serialize()
    return compact


def expected(algorithm: str) -> ExpectedToken:
    return ExpectedToken(ISSUER, frozenset({AUDIENCE}), frozenset({algorithm}))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_they_verify_what_we_sign(algorithm: str) -> None:
    private = generate_private_jwk(algorithm)
    received = jws.JWS()
    received.deserialize(Signer(private).sign(TOKEN))

    received.verify(jwk.JWK(**public_jwk(private)))

    assert json.loads(received.payload) == claims(TOKEN)
    assert received.jose_header["typ"] == "secevent+jwt"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "PS384"])
def test_we_verify_what_they_sign(algorithm: str) -> None:
    key = their_key(algorithm, use="sig")
    keys = KeySet.from_jwks({"keys": [public(key)]})

    token = verify(signed_by_them(key, algorithm), expected=expected(algorithm), keys=keys, now=NOW)

    assert token == TOKEN


def test_we_verify_by_their_key_set() -> None:
    key = their_key("ES256", use="sig")
    key_set = jwk.JWKSet()
    key_set.add(key)
    key_set.add(their_key("RSA-OAEP-256", use="enc"))
    keys = KeySet.from_jwks(json.loads(key_set.export(private_keys=False)))

    token = verify(signed_by_them(key, "ES256"), expected=expected("ES256"), keys=keys, now=NOW)

    assert token == TOKEN


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS384"])
def test_a_key_of_theirs_that_did_not_sign_verifies_nothing(algorithm: str) -> None:
    key, other = their_key(algorithm, use="sig"), their_key(algorithm, use="sig")
    keys = KeySet.from_jwks({"keys": [public(other)]})

    with pytest.raises(AuthenticationFailedError):
        verify(signed_by_them(key, algorithm), expected=expected(algorithm), keys=keys, now=NOW)


@pytest.mark.parametrize("algorithm", ["RSA-OAEP-256", "ECDH-ES"])
def test_they_open_what_we_encrypt(algorithm: str) -> None:
    key, private = their_key(algorithm, use="enc"), generate_private_jwk("ES256")
    ours = EncryptionKey.from_jwks({"keys": [public(key)]})
    assert ours is not None
    received = jwe.JWE(algs=[algorithm, "A256GCM"])

    received.deserialize(ours.encrypt(Signer(private).sign(TOKEN)), key)

    assert received.jose_header["cty"] == "secevent+jwt"
    inner = jws.JWS()
    inner.deserialize(received.payload.decode())
    inner.verify(jwk.JWK(**public_jwk(private)))
    assert json.loads(inner.payload) == claims(TOKEN)


@pytest.mark.parametrize("algorithm", ["RSA-OAEP-256", "ECDH-ES"])
@pytest.mark.parametrize("cty", ["secevent+jwt", "application/secevent+jwt", "JWT"])
def test_we_open_what_they_encrypt(algorithm: str, cty: str) -> None:
    signing, private = their_key("ES256", use="sig"), generate_encryption_jwk(algorithm)
    sent = encrypted_by_them(signed_by_them(signing, "ES256"), private, {"cty": cty})

    opened = DecryptionKeys.from_private_jwks([private]).decrypt(sent)

    keys = KeySet.from_jwks({"keys": [public(signing)]})
    assert verify(opened, expected=expected("ES256"), keys=keys, now=NOW) == TOKEN


@pytest.mark.parametrize("algorithm", ["RSA-OAEP-256", "ECDH-ES"])
def test_we_do_not_open_what_they_encrypt_to_another_key(algorithm: str) -> None:
    private, other = generate_encryption_jwk(algorithm), generate_encryption_jwk(algorithm)
    sent = encrypted_by_them("e30.e30.c2ln", other, {"kid": str(private["kid"])})

    with pytest.raises(InvalidKeyError):
        DecryptionKeys.from_private_jwks([private]).decrypt(sent)


def encrypted_by_them(content: str, private: dict[str, object], header: dict[str, str]) -> str:
    protected = {
        "alg": private["alg"],
        "enc": "A256GCM",
        "cty": "secevent+jwt",
        "kid": private["kid"],
        **header,
    }
    sent = jwe.JWE(content.encode(), json.dumps(protected))
    sent.add_recipient(jwk.JWK(**public_jwk(private)))
    compact: str = sent.serialize(compact=True)
    return compact
