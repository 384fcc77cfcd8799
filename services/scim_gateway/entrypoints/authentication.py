"""Who may come in (RFC 7644 section 2)."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from scim_gateway.domain.base_uris import Place, PlaceOf
from scim_gateway.domain.callers import Caller, Me, MeById
from scim_gateway.domain.policies import Policy, policy_of
from scim_gateway.entrypoints.jwt_tokens import JwtTokens
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.rate_limit import RateLimit
from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from servicekit.bearer import BearerTokens, InvalidTokenError, presented_token, token_hash

SCOPE: Final = "scim"


@dataclass(frozen=True, slots=True)
class Authentication:
    """Bearer tokens of scope "scim" and JWTs (RFC 6750), each as fast as it may.

    Whoever may not come in hears the same of a tenant that is there, of one that is not, and of
    one that is being deleted.
    """

    place_of: PlaceOf
    tokens: BearerTokens
    jwts: JwtTokens
    directory: TenantDirectory
    usual: Policy
    """That of a tenant for which nothing is configured."""
    rate_limit: RateLimit | None = None

    def policy_of(self, tenant: str) -> Policy:
        """Return what holds for the requests of a tenant, as far as is known."""
        return policy_of(self.directory.configuration_at_hand(tenant), self.usual)

    async def caller(self, request: Request) -> Caller:
        """Return whom the request's token is for; of one request it is asked and counted once.

        Raises `BearerError`, `TokensUnavailableError` or `RateExceededError`.
        """
        notes = notes_of(request)
        if notes.caller is not None:
            return notes.caller
        place = self.place_of(request.path_params.get("tenant"))
        token = presented_token(request.headers.get("authorization"))
        hashed = token_hash(token)
        is_remembered = self.tokens.remembers(hashed)
        jwt = None if is_remembered else await self.jwts.admit(token, hashed, tenant=place.tenant)
        if jwt is None:
            grant = await self.tokens.admit(hashed, scope=SCOPE, tenant=place.tenant)
            me = MeById(grant.user_id) if grant.user_id else None
            notes.caller = await self._caller(place, grant.subject, me)
        else:
            notes.caller = await self._caller(place, jwt.principal, jwt.me)
        if self.rate_limit is not None:
            # A token that is good for nothing has no bucket, so guesses fill no memory.
            # A client gets new JWTs all the time, so its bucket is that of all of them.
            bucket = hashed if jwt is None else token_hash(f"{place.tenant} {jwt.principal}")
            self.rate_limit.let_through(bucket)
        return notes.caller

    async def _caller(self, place: Place, principal: str, me: Me | None) -> Caller:
        tenant = await self.directory.active(place.tenant)
        if tenant is None:
            raise InvalidTokenError
        policy = policy_of(tenant.configuration, self.usual)
        return Caller(tenant.name, principal, place.base_uri, policy, me)
