"""Who may come in (RFC 7644 section 2)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from servicekit.bearer import BearerTokens

SCOPE: Final = "scim"


@dataclass(frozen=True, slots=True)
class Authentication:
    """Bearer tokens of scope "scim" (RFC 6750)."""

    tokens: BearerTokens

    async def tenant(self, request: Request) -> str:
        """Return the tenant that the request's token is for; raises `BearerError`."""
        authorization = request.headers.get("authorization")
        return (await self.tokens.authenticate(authorization, scope=SCOPE)).tenant
