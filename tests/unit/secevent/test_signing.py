from typing import Any

import pytest
from joserfc.jwk import JWKRegistry
from support.compact_jws import opened, verifies

from secevent.errors import InvalidKeyError
from secevent.signing import Signer, generate_private_jwk, public_jwk
from secevent.token import SecurityEventToken, claims

SECRET_MEMBERS = {"d", "p", "q", "dp", "dq", "qi"}


def test_what_is_signed_verifies_elsewhere(
    private_jwk: dict[str, Any], token: SecurityEventToken
) -> None:
    compact = Signer(private_jwk).sign(token)

    header, claims_set = opened(compact, public_jwk(private_jwk))

    assert claims_set == claims(token)
    assert header == {
        "typ": "secevent+jwt",
        "alg": private_jwk["alg"],
        "kid": private_jwk["kid"],
    }


def test_another_key_of_the_same_kind_does_not_verify(
    ec_jwk: dict[str, Any], token: SecurityEventToken
) -> None:
    compact = Signer(ec_jwk).sign(token)

    assert not verifies(compact, public_jwk(generate_private_jwk("ES256")))


def test_a_key_is_named_by_its_thumbprint(private_jwk: dict[str, Any]) -> None:
    assert private_jwk["kid"] == JWKRegistry.import_key(private_jwk).thumbprint()
    assert private_jwk["use"] == "sig"


def test_an_rsa_key_has_2048_bits(rsa_jwk: dict[str, Any]) -> None:
    assert len(rsa_jwk["n"]) == 342


def test_a_public_key_tells_nothing_of_the_private_one(private_jwk: dict[str, Any]) -> None:
    public = public_jwk({**private_jwk, "oth": [], "k": "secret"})

    assert public.keys() == private_jwk.keys() - SECRET_MEMBERS


def test_a_signer_says_which_key_it_signs_with(private_jwk: dict[str, Any]) -> None:
    signer = Signer(private_jwk)

    assert (signer.kid, signer.algorithm) == (private_jwk["kid"], private_jwk["alg"])


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA", ""])
def test_only_two_algorithms_have_keys(algorithm: str) -> None:
    with pytest.raises(ValueError, match="RS256 or ES256"):
        generate_private_jwk(algorithm)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"alg": "RS256"}, id="of another kind than its alg"),
        pytest.param({"alg": "HS256"}, id="for a shared secret"),
        pytest.param({"alg": "ES384"}, id="for another curve"),
        pytest.param({"use": "enc"}, id="for encryption"),
        pytest.param({"kty": "XY"}, id="of an unknown type"),
        pytest.param({"d": "AQ"}, id="whose halves do not belong together"),
    ],
)
def test_a_signer_refuses_a_key(ec_jwk: dict[str, Any], changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyError, match="no private key"):
        Signer({**ec_jwk, **changes})


def test_a_signer_refuses_a_public_key(ec_jwk: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyError, match="no private key for ES256"):
        Signer(public_jwk(ec_jwk))


def test_a_signature_by_es256_has_64_octets_whatever_its_numbers(
    ec_jwk: dict[str, Any], token: SecurityEventToken
) -> None:
    signer = Signer(ec_jwk)

    signatures = [signer.sign(token).rpartition(".")[2] for _ in range(600)]

    # one in 128 has a half that begins with an octet of zeros (RFC 7518 section 3.4)
    assert {len(signature) for signature in signatures} == {86}
