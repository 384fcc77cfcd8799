"""Who calls the management API (SSF 1.0 section 8; CAEP interoperability profile, scopes)."""

from typing import Final

from starlette.requests import Request

from servicekit.bearer import BearerTokens, Grant, InsufficientScopeError
from ssf_registrar.domain.streams import Caller

READ: Final = "ssf.read"
MANAGE: Final = "ssf.manage"


class Callers:
    """Tells callers by the bearer token of the Authorization header, and by nothing else."""

    def __init__(self, tokens: BearerTokens) -> None:
        self._tokens = tokens

    async def who_reads(self, request: Request) -> Caller:
        """Return the caller, who must hold ssf.read, or ssf.manage which includes it."""
        authorization = request.headers.get("authorization")
        try:
            grant = await self._tokens.authenticate(authorization, scope=MANAGE)
        except InsufficientScopeError:
            grant = await self._tokens.authenticate(authorization, scope=READ)
        return _caller(grant)

    async def who_manages(self, request: Request) -> Caller:
        """Return the caller, who must hold ssf.manage."""
        authorization = request.headers.get("authorization")
        return _caller(await self._tokens.authenticate(authorization, scope=MANAGE))


def _caller(grant: Grant) -> Caller:
    return Caller(grant.tenant, grant.subject, grant.scopes)
