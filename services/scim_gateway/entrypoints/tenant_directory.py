"""The tenants as they are now, kept current by the registrar's journal."""

import asyncio

from scim_gateway.domain.tenants import NOT_CONFIGURED, Tenant, TenantConfiguration
from scim_gateway.ports.tenants import Tenants
from servicekit.bearer import TokensUnavailableError
from servicekit.failures import RemoteError


class TenantDirectory:
    """What is known of tenants; it stays known while the registrar is away."""

    def __init__(self, tenants: Tenants, *, patience: float) -> None:
        """Ask `tenants`; `patience` are the seconds for which a restart of them is waited for."""
        self._tenants = tenants
        self._patience = patience
        self._known: dict[str, Tenant] = {}
        self._changes = 0
        self._current = asyncio.Event()

    @property
    def is_current(self) -> bool:
        """Whether what changes is heard of; as long as it is not, there may be more tenants."""
        return self._current.is_set()

    @is_current.setter
    def is_current(self, value: bool) -> None:
        if value:
            self._current.set()
        else:
            self._current.clear()

    async def is_soon_current(self) -> bool:
        """Wait for a restart of the registrar; tell whether it has come back."""
        try:
            await asyncio.wait_for(self._current.wait(), self._patience)
        except TimeoutError:
            return False
        return True

    async def load(self) -> str:
        """Take in all tenants as they are now; return the cursor of the journal of that moment."""
        tenants, cursor = await self._tenants.all()
        self._changes += 1
        self._known = {tenant.name: tenant for tenant in tenants}
        return cursor

    async def reload(self, name: str) -> None:
        """Take in one tenant as it is now."""
        tenant = await self._tenants.get(name)
        self._changes += 1
        if tenant is None:
            self._known.pop(name, None)
        else:
            self._known[name] = tenant

    def configuration_at_hand(self, name: str) -> TenantConfiguration:
        """Return what is configured for a tenant that may come in; nothing where none is known."""
        tenant = self._known.get(name)
        return tenant.configuration if tenant is not None and tenant.is_active else NOT_CONFIGURED

    def is_known(self, name: str) -> bool:
        """Tell whether there is a tenant of this name, as far as is known."""
        return name in self._known

    async def active(self, name: str) -> Tenant | None:
        """Return a tenant that may come in; None where it is being deleted, or there is none.

        It is for names that a good token gives: one that is not known yet is asked for. Raises
        `TokensUnavailableError` when nobody can say.
        """
        tenant = self._known.get(name) or await self._asked_for(name)
        return tenant if tenant is not None and tenant.is_active else None

    async def _asked_for(self, name: str) -> Tenant | None:
        changes = self._changes
        try:
            tenant = await self._tenants.get(name)
        except RemoteError:
            raise TokensUnavailableError("tenants cannot be checked just now: try again") from None
        # What was on its way while something changed may be of before: it counts once only.
        if tenant is not None and changes == self._changes:
            self._known[name] = tenant
        return tenant
