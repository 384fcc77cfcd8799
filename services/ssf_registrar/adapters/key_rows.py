"""A signing key as a row: its public half as JSON, its private half sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from secevent.signing import public_jwk
from ssf_registrar.ports.sealing import Sealer


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What is stored of a key."""

    tenant: str
    kid: str
    algorithm: str
    public_jwk: str
    sealed_private_jwk: bytes


def encode(tenant: str, private_jwk: Mapping[str, object], sealer: Sealer) -> KeyRow:
    """Return a key's row."""
    kid = str(private_jwk["kid"])
    return KeyRow(
        tenant,
        kid,
        str(private_jwk["alg"]),
        orjson.dumps(public_jwk(private_jwk)).decode(),
        sealer.seal(orjson.dumps(private_jwk), identity=identity_of(tenant, kid)),
    )


def decode_private(tenant: str, kid: str, sealed: bytes, sealer: Sealer) -> Mapping[str, object]:
    """Return the private JWK of a row."""
    jwk: dict[str, object] = orjson.loads(sealer.unseal(sealed, identity=identity_of(tenant, kid)))
    return jwk


def identity_of(tenant: str, kid: str) -> str:
    """Return what the sealed half of a key is bound to."""
    return f"keys/{tenant}/{kid}/private_jwk"
