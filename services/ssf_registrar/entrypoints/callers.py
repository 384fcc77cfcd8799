"""Who calls the management API (SSF 1.0 section 8; CAEP interoperability profile, scopes)."""

from typing import Final

from starlette.requests import Request

from servicekit.bearer import BearerTokens, Grant, InsufficientScopeError, InvalidTokenError
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
        authorization = request.headers.get("authorization")
        try:
            grant = await self._tokens.authenticate(authorization, scope=MANAGE)
        except InsufficientScopeError:
            grant = await self._tokens.authenticate(authorization, scope=READ)
        return _caller(grant, request)

    async def who_manages(self, request: Request) -> Caller:
        """Return the caller, who must hold ssf.manage."""
        authorization = request.headers.get("authorization")
        return _caller(await self._tokens.authenticate(authorization, scope=MANAGE), request)


def tenant_of(request: Request) -> str:
    """Return the tenant whose face a request came to."""
    return str(request.path_params.get("tenant", DEFAULT_TENANT))


def _caller(grant: Grant, request: Request) -> Caller:
    if grant.tenant != tenant_of(request):
        # as for an unknown one: who has it learns nothing of this tenant
        raise InvalidTokenError(
            "the bearer token is unknown, expired or revoked, or not one of this tenant",
            challenge='Bearer realm="heliograph", error="invalid_token"',
        )
    return Caller(grant.tenant, grant.subject, grant.scopes)
