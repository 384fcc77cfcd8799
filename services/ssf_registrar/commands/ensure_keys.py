"""Making the keys that a tenant lacks, at the first start and after an upgrade."""

import asyncio
from dataclasses import dataclass

from ssf_registrar.domain.key_algorithms import KEY_ALGORITHMS, generate_key
from ssf_registrar.domain.tenants import TenantState
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.tenants import Tenants


@dataclass(frozen=True, slots=True)
class EnsureKeys:
    """Gives a tenant a key of each algorithm that it lacks."""

    keys: Keys

    async def __call__(self, tenant: str) -> None:
        """Keys that are there stay as they are."""
        for algorithm in KEY_ALGORITHMS:
            if await self.keys.current_key(tenant, algorithm) is None:
                # a key takes a good part of a second, which no request is to wait for
                key = await asyncio.to_thread(generate_key, algorithm)
                await self.keys.add_first(tenant, key)

    async def of_all(self, tenants: Tenants) -> None:
        """Do the same for every tenant: those of older releases have no keys to decrypt by."""
        for tenant in await tenants.all():
            if tenant.state is TenantState.ACTIVE:
                await self(tenant.name)
