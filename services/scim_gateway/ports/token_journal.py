"""Where changes of tokens are told of."""

from collections.abc import Sequence
from typing import Protocol


class TokenJournal(Protocol):
    """An ordered feed, read with a cursor, of which tokens were made, changed or revoked."""

    async def newest(self) -> str:
        """Return the cursor after which all that happens from now on can be read."""

    async def changed_since(self, cursor: str) -> tuple[Sequence[bytes], str]:
        """Wait for news; return the SHA-256 of each token concerned, and the next cursor."""
