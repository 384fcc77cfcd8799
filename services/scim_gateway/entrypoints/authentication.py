"""Who may come in (RFC 7644 section 2)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from scim_gateway.domain.searches import Caller
from scim_gateway.entrypoints.notes import notes_of
from servicekit.bearer import BearerTokens

SCOPE: Final = "scim"


@dataclass(frozen=True, slots=True)
class Authentication:
    """Bearer tokens of scope "scim" (RFC 6750)."""

    tokens: BearerTokens

    async def tenant(self, request: Request) -> str:
        """Return the tenant that the request's token is for; raises `BearerError`."""
        return (await self.caller(request)).tenant

    async def caller(self, request: Request) -> Caller:
        """Return whom the request's token is for; raises `BearerError`."""
        authorization = request.headers.get("authorization")
        grant = await self.tokens.authenticate(authorization, scope=SCOPE)
        caller = Caller(grant.tenant, grant.subject)
        notes_of(request).caller = caller
        return caller
