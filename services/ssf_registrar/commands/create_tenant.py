"""Creating a tenant."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.domain.errors import TenantExistsError
from ssf_registrar.domain.jwt_issuers import key_urls
from ssf_registrar.domain.key_algorithms import KEY_ALGORITHMS, generate_key
from ssf_registrar.domain.members import check_members, object_member, text
from ssf_registrar.domain.tenant_configuration import display_name_of, parsed
from ssf_registrar.domain.tenants import Tenant, check_name
from ssf_registrar.ports.keys import PrivateJwk
from ssf_registrar.ports.tenants import Tenants


@dataclass(frozen=True, slots=True)
class CreateTenant:
    """Makes a tenant and its keys; once it is returned, it is for ever."""

    tenants: Tenants
    check_outbound: CheckOutbound
    now: Callable[[], int]
    """Microseconds since 1970-01-01T00:00:00Z."""

    async def __call__(self, body: Mapping[str, object]) -> Tenant:
        """Return the tenant that a body asks for. Raises `TenantExistsError`."""
        tenant = self._asked_for(body)
        await self.check_outbound(key_urls(tenant.configuration.jwt_issuers))
        if await self.tenants.get(tenant.name) is not None:
            raise TenantExistsError(tenant.name)
        # a key takes a good part of a second, which no other request is to wait for
        await self.tenants.add(tenant, await asyncio.to_thread(_new_keys))
        return tenant

    def _asked_for(self, body: Mapping[str, object]) -> Tenant:
        check_members(body, ("tenant", "display_name", "configuration"))
        name = text(body, "tenant")
        check_name(name)
        return Tenant(
            name,
            display_name_of(body),
            parsed(object_member(body, "configuration") or {}),
            created=self.now(),
        )


def _new_keys() -> tuple[PrivateJwk, ...]:
    return tuple(generate_key(algorithm) for algorithm in KEY_ALGORITHMS)
