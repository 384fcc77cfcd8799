"""Finds out whom a JWT is for (RFC 7519, RFC 9068)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim_gateway.domain.access_tokens import (
    AccessToken,
    UnverifiedJwt,
    issuer_of,
    key_set,
    unverified_jwt,
    verified,
)
from scim_gateway.domain.errors import JwtRefusedError
from scim_gateway.domain.tenants import JwtIssuer
from scim_gateway.ports.issuer_keys import IssuerKeys
from secevent.errors import UnknownKeyError


@dataclass(frozen=True, slots=True)
class VerifyJwt:
    """By the keys that are known, and by fresh ones where the key that signed is not among them."""

    keys: IssuerKeys
    clock: Callable[[], float]
    """Gives seconds since 1970."""

    async def __call__(self, token: str, issuers: Sequence[JwtIssuer]) -> AccessToken | None:
        """Return what the token says; None when it is no JWT of any of these issuers.

        Raises `JwtRefusedError`, `JwtScopeError` or `KeysUnavailableError`.
        """
        jwt = unverified_jwt(token)
        issuer = issuer_of(jwt, issuers) if jwt is not None else None
        if jwt is None or issuer is None:
            return None
        known = self.keys.known(issuer.jwks_uri) if issuer.jwks_uri else key_set(issuer.jwks)
        try:
            return verified(jwt, issuer, known, now=self.clock())
        except UnknownKeyError as error:
            if not issuer.jwks_uri:
                raise JwtRefusedError(error.description) from None
        return await self._verified_by_fresh_keys(jwt, issuer)

    async def _verified_by_fresh_keys(self, jwt: UnverifiedJwt, issuer: JwtIssuer) -> AccessToken:
        fresh = await self.keys.having(jwt.kid, jwks_uri=issuer.jwks_uri)
        try:
            return verified(jwt, issuer, fresh, now=self.clock())
        except UnknownKeyError as error:
            raise JwtRefusedError(error.description) from None
