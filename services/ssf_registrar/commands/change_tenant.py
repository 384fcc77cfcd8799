"""Changing a tenant: what is configured for it, and its end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.domain.errors import TenantChangedError, TenantNotFoundError
from ssf_registrar.domain.jwt_issuers import key_urls
from ssf_registrar.domain.tenant_configuration import patched
from ssf_registrar.domain.tenants import Tenant, changed, closed, purged
from ssf_registrar.ports.tenants import StaleTenantError, Tenants

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class ChangeTenant:
    """Changes the tenant of a name; what changes nothing stores nothing.

    Each raises `TenantNotFoundError`, and `TenantChangedError` when others do not stop changing it.
    """

    tenants: Tenants
    check_outbound: CheckOutbound

    async def get(self, name: str) -> Tenant:
        """Return a tenant."""
        tenant = await self.tenants.get(name)
        if tenant is None:
            raise TenantNotFoundError(name)
        return tenant

    async def patch(self, name: str, body: Mapping[str, object]) -> Tenant:
        """Change what a JSON merge patch (RFC 7396) changes of name and configuration."""

        async def change(current: Tenant) -> Tenant:
            display_name, configuration = patched(current, body)
            await self._check_new_urls(current, key_urls(configuration.jwt_issuers))
            return changed(current, display_name=display_name, configuration=configuration)

        return await self._change(name, change, self.tenants.save)

    async def begin_deletion(self, name: str) -> Tenant:
        """Let nobody in any more, and have every service purge what it keeps."""

        async def change(current: Tenant) -> Tenant:
            return closed(current)

        return await self._change(name, change, self.tenants.close)

    async def note_purged(self, name: str, service: str) -> Tenant:
        """Note that a service keeps nothing more; after the last one, only the name remains."""

        async def change(current: Tenant) -> Tenant:
            return purged(current, service)

        return await self._change(name, change, self._store_purged)

    async def _store_purged(self, tenant: Tenant) -> None:
        await (self.tenants.note_purged if tenant.waits_for else self.tenants.bury)(tenant)

    async def _change(
        self,
        name: str,
        change: Callable[[Tenant], Awaitable[Tenant]],
        store: Callable[[Tenant], Awaitable[None]],
    ) -> Tenant:
        for _ in range(_ATTEMPTS):
            current = await self.get(name)
            new = await change(current)
            if new is current:
                return current
            try:
                await store(new)
            except StaleTenantError:
                continue
            return new
        raise TenantChangedError(name)

    async def _check_new_urls(self, current: Tenant, asked: Mapping[str, str]) -> None:
        known = set(key_urls(current.configuration.jwt_issuers).values())
        await self.check_outbound(
            {member: url for member, url in asked.items() if url not in known}
        )
