"""Where tokens are kept."""

from collections.abc import Mapping
from typing import Protocol

from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.tokens import Token, TokenRecord


class StaleTokenError(Exception):
    """The stored token is not the one that a change was made from."""


class Tokens(Protocol):
    """Keeps what tokens may do, by their hashes."""

    async def look_up(self, token_hash: bytes) -> Token | None:
        """Return a token, expired or not, or None."""

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name; journal TOKEN_CHANGED for each change.

        Does nothing when that very token is stored.
        """

    async def add(self, token: Token) -> None:
        """Store a new token; journal TOKEN_CHANGED.

        Raises `TokenExistsError`, `TenantNotFoundError` or `TenantDeletingError`, storing nothing.
        """

    async def of_tenant(self, tenant: str) -> tuple[TokenRecord, ...]:
        """Return the tenant's tokens by name, the current one of a name before its former ones."""

    async def rotate(self, rotation: Rotation, *, current_hash: bytes, now: int) -> None:
        """Let a token take the place of the current one of its name; journal TOKEN_CHANGED of both.

        Former ones that have expired are removed. Raises `StaleTokenError`, storing nothing, unless
        the current one has `current_hash`.
        """

    async def remove(self, tenant: str, name: str) -> bool:
        """Remove all tokens of a name, and journal TOKEN_CHANGED of each; False when none is."""

    async def record_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keep when tokens were last used, by their hashes; unknown ones are passed over."""
