"""Who calls the management API (SSF 1.0 section 8; CAEP interoperability profile, scopes)."""

from typing import Final

from starlette.requests import Request

from servicekit.bearer import (
    BearerTokens,
    InsufficientScopeError,
    presented_token,
    token_hash,
)
from ssf_registrar.domain.streams import Caller
from ssf_registrar.domain.tokens import DEFAULT_TENANT

READ: Final = "ssf.read"
MANAGE: Final = "ssf.manage"


class Callers:
    """Tells callers by the bearer token of the Authorization header.

    It must be one of the tenant whose face they call: that of /t/{tenant}, or the default one.
    """

    def __init__(self, tokens: BearerTokens) -> None:
        self._tokens = tokens

    async def who_reads(self, request: Request) -> Caller:
        """Return the caller, who must hold ssf.read, or ssf.manage which includes it."""
        try:
            return await self._caller(request, scope=MANAGE)
        except InsufficientScopeError:
            return await self._caller(request, scope=READ)

    async def who_manages(self, request: Request) -> Caller:
        """Return the caller, who must hold ssf.manage."""
        return await self._caller(request, scope=MANAGE)

    async def _caller(self, request: Request, *, scope: str) -> Caller:
        hashed = token_hash(presented_token(request.headers.get("authorization")))
        grant = await self._tokens.admit(hashed, scope=scope, tenant=tenant_of(request))
        return Caller(grant.tenant, grant.subject, grant.scopes)


def tenant_of(request: Request) -> str:
    """Return the tenant whose face a request came to."""
    return str(request.path_params.get("tenant", DEFAULT_TENANT))
