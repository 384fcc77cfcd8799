"""Who may come in (RFC 7644 section 2)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from scim_gateway.domain.searches import Caller
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.rate_limit import RateLimit
from servicekit.bearer import BearerTokens, presented_token, token_hash

SCOPE: Final = "scim"


@dataclass(frozen=True, slots=True)
class Authentication:
    """Bearer tokens of scope "scim" (RFC 6750), each as fast as it may."""

    tokens: BearerTokens
    rate_limit: RateLimit | None = None

    async def tenant(self, request: Request) -> str:
        """Return the tenant that the request's token is for; raises what `caller` does."""
        return (await self.caller(request)).tenant

    async def caller(self, request: Request) -> Caller:
        """Return whom the request's token is for; raises `BearerError` or `RateExceededError`."""
        authorization = request.headers.get("authorization")
        grant = await self.tokens.authenticate(authorization, scope=SCOPE)
        caller = Caller(grant.tenant, grant.subject)
        notes_of(request).caller = caller
        if self.rate_limit is not None:
            # A token that is good for nothing has no bucket, so guesses fill no memory.
            self.rate_limit.let_through(token_hash(presented_token(authorization)))
        return caller
