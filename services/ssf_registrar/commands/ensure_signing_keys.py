"""Making the keys that a tenant signs with, at its first start."""

from dataclasses import dataclass

from secevent.signing import generate_private_jwk
from ssf_registrar.domain.streams import SIGNING_ALGORITHMS
from ssf_registrar.ports.keys import Keys


@dataclass(frozen=True, slots=True)
class EnsureSigningKeys:
    """Gives a tenant a key of each algorithm that it lacks."""

    keys: Keys

    async def __call__(self, tenant: str) -> None:
        """Keys that are there stay as they are."""
        for algorithm in SIGNING_ALGORITHMS:
            if await self.keys.signing_key(tenant, algorithm) is None:
                await self.keys.add_first(tenant, generate_private_jwk(algorithm))
