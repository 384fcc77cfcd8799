"""What a tenant has keys for (RFC 7518 sections 3.1 and 4.1)."""

from typing import Final

from secevent.encryption import ENCRYPTION_ALGORITHMS, generate_encryption_jwk
from secevent.signing import generate_private_jwk
from ssf_registrar.domain.streams import SIGNING_ALGORITHMS

KEY_ALGORITHMS: Final = (*SIGNING_ALGORITHMS, *ENCRYPTION_ALGORITHMS)
"""A tenant has a key for each: its use is "sig", or "enc" for what is encrypted to the tenant."""


def generate_key(algorithm: str) -> dict[str, object]:
    """Return a new private JWK for one of `KEY_ALGORITHMS`."""
    if algorithm in ENCRYPTION_ALGORITHMS:
        return generate_encryption_jwk(algorithm)
    return generate_private_jwk(algorithm)
