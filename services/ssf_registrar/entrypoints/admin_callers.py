"""Who calls the admin API: administrators of one tenant, and those of the default one, of all."""

from dataclasses import dataclass

from starlette.requests import Request

from servicekit.bearer import BearerTokens
from ssf_registrar.domain.errors import NotClusterAdminError, TenantNotFoundError
from ssf_registrar.domain.streams import ADMIN
from ssf_registrar.domain.tokens import DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class AdminCallers:
    """Tells them by the bearer token of the Authorization header, which must have the scope admin.

    To an administrator of one tenant no other exists.
    """

    tokens: BearerTokens

    async def who_lists(self, request: Request) -> str | None:
        """Return the tenant that the caller may see; None: all of them."""
        tenant = await self._tenant(request)
        return None if tenant == DEFAULT_TENANT else tenant

    async def who_sees(self, request: Request, tenant: str) -> None:
        """Check that the caller may see a tenant and manage its tokens."""
        if await self._tenant(request) not in {DEFAULT_TENANT, tenant}:
            raise TenantNotFoundError(tenant)

    async def whose(self, request: Request) -> str:
        """Return the tenant that the caller administers."""
        return await self._tenant(request)

    async def who_creates(self, request: Request) -> None:
        """Check that the caller may create tenants."""
        if await self._tenant(request) != DEFAULT_TENANT:
            raise NotClusterAdminError

    async def who_changes(self, request: Request, tenant: str) -> None:
        """Check that the caller may change and delete a tenant."""
        await self.who_sees(request, tenant)
        await self.who_creates(request)

    async def _tenant(self, request: Request) -> str:
        authorization = request.headers.get("authorization")
        return (await self.tokens.authenticate(authorization, scope=ADMIN)).tenant
