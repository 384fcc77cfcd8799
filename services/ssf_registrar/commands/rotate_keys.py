"""Changing the keys that a tenant signs with."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from secevent.signing import generate_private_jwk
from ssf_registrar.domain.key_rotation import NextKey, Rotation
from ssf_registrar.ports.keys import Keys


@dataclass(frozen=True, slots=True)
class RotateKeys:
    """Publishes new keys at once, and uses them once whoever verifies had time to see them."""

    keys: Keys
    clock: Callable[[], float]
    """Seconds since 1970-01-01T00:00:00Z."""

    async def __call__(self, tenant: str, body: Mapping[str, object]) -> tuple[NextKey, ...]:
        """Return the new keys, which are durable. Raises `TenantNotFoundError`."""
        rotation = Rotation.parse(body)
        signs_from = int(self.clock()) + rotation.use_after_seconds
        added: list[NextKey] = []
        for algorithm in rotation.algorithms:
            # an RSA key takes a while to find
            jwk = await asyncio.to_thread(generate_private_jwk, algorithm)
            await self.keys.add_next(tenant, jwk, signs_from=signs_from)
            added.append(NextKey(str(jwk["kid"]), algorithm, signs_from))
        await self.switch()
        return tuple(added)

    async def switch(self) -> float | None:
        """Use the keys whose time has come; return in how many seconds the next one's does."""
        now = self.clock()
        following = await self.keys.switch(now=int(now))
        return None if following is None else max(following - now, 0.0)
