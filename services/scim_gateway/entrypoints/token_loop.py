"""Keeps the remembered tokens true: a revocation takes effect within a second."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim_gateway.ports.token_journal import TokenJournal
from servicekit.bearer import BearerTokens
from servicekit.following import follow


@dataclass(frozen=True, slots=True)
class TokenLoop:
    """Follows the journal, and forgets each token that it names."""

    journal: TokenJournal
    tokens: BearerTokens

    async def run(self) -> None:
        """Run until cancelled."""
        await follow(
            "registrar-journal",
            start=self._start,
            read=self.journal.changed_since,
            handle=self._forget,
        )

    async def _start(self) -> str:
        """Forget all after taking the cursor, so that no change falls between the two."""
        cursor = await self.journal.newest()
        self.tokens.forget_all()
        return cursor

    async def _forget(self, changed: Sequence[bytes], _cursor: str) -> None:
        for token_hash in changed:
            self.tokens.forget(token_hash)
