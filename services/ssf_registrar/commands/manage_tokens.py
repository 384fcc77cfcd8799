"""Making, rotating and revoking the API tokens of a tenant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ssf_registrar.domain.api_tokens import FreshToken, check_configurable, new_token, rotated
from ssf_registrar.domain.errors import TokenChangedError, TokenNotFoundError
from ssf_registrar.domain.tokens import Token, TokenRecord
from ssf_registrar.ports.tokens import StaleTokenError, Tokens

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is kept nowhere, and when the former one ends."""

    secret: FreshToken
    token: Token
    former_expires: int = 0
    """Seconds since 1970-01-01T00:00:00Z; 0 when there is no former one any more."""


@dataclass(frozen=True, slots=True)
class ManageTokens:
    """Changes the tokens of a tenant, which exists; effective everywhere within a second."""

    tokens: Tokens
    fresh: Callable[[], FreshToken]
    clock: Callable[[], float]
    """Seconds since 1970-01-01T00:00:00Z."""

    async def live(self, tenant: str) -> tuple[TokenRecord, ...]:
        """Return the tokens, but for former ones that have expired."""
        now = self.clock()
        records = await self.tokens.of_tenant(tenant)
        return tuple(r for r in records if not r.is_former or r.token.works_at(now))

    async def create(self, tenant: str, body: Mapping[str, object]) -> MadeToken:
        """Make the token that a body asks for. Raises `TokenExistsError`."""
        secret = self.fresh()
        token = new_token(tenant, body, token_hash=secret.token_hash, now=int(self.clock()))
        await self.tokens.add(token)
        return MadeToken(secret, token)

    async def rotate(self, tenant: str, name: str, body: Mapping[str, object]) -> MadeToken:
        """Give a token another secret; the former one lives on for a while.

        Raises `TokenNotFoundError` or `ConfiguredTokenError`.
        """
        secret, now = self.fresh(), int(self.clock())
        for _ in range(_ATTEMPTS):
            current = await self._current(tenant, name)
            rotation = rotated(current, body, token_hash=secret.token_hash, now=now)
            try:
                await self.tokens.rotate(rotation, current_hash=current.token_hash, now=now)
            except StaleTokenError:
                continue
            former = rotation.former
            return MadeToken(secret, rotation.new, former.expires if former else 0)
        raise TokenChangedError(name)

    async def revoke(self, tenant: str, name: str) -> None:
        """Let a token and its former ones work no more. Raises as above."""
        check_configurable(await self._current(tenant, name))
        if not await self.tokens.remove(tenant, name):
            raise TokenNotFoundError(name)

    async def _current(self, tenant: str, name: str) -> Token:
        for record in await self.tokens.of_tenant(tenant):
            if record.token.name == name and not record.is_former:
                return record.token
        raise TokenNotFoundError(name)
