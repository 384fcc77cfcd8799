"""Where tokens are kept."""

from typing import Protocol

from ssf_registrar.domain.tokens import Token


class Tokens(Protocol):
    """Keeps what tokens may do, by their hashes."""

    async def look_up(self, token_hash: bytes) -> Token | None:
        """Return a token, expired or not, or None."""

    async def replace(self, token: Token) -> None:
        """Make `token` the only one of its tenant and name; journal TOKEN_CHANGED for each change.

        Does nothing when that very token is stored.
        """
