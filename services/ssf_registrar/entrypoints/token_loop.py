"""Keeps the remembered tokens true, whichever replica changed them: within a second."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from servicekit.bearer import BearerTokens
from servicekit.failures import CursorLostError, RemoteUnavailableError, StorageError
from servicekit.following import follow
from ssf_registrar.domain.errors import EpochChangedError
from ssf_registrar.domain.journal import Cursor, JournalEntry
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.streams import Streams

_ENTRIES: Final = 1_000
_WAIT_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class TokenLoop:
    """Follows the journal as other services do, and forgets each token that it names."""

    streams: Streams
    journal: Journal
    tokens: BearerTokens

    async def run(self) -> None:
        """Run until cancelled."""
        await follow("own-journal", start=self._start, read=self._read, handle=self._forget)

    async def _start(self) -> str:
        """Forget all after taking the cursor, so that no change falls between the two."""
        with _failures_of_a_feed():
            cursor = (await self.streams.snapshot(None)).cursor
        self.tokens.forget_all()
        return str(cursor)

    async def _read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        with _failures_of_a_feed():
            page = await self.journal.read(Cursor.parse(cursor), limit=_ENTRIES, wait=_WAIT_SECONDS)
        return page.entries, str(page.next_cursor)

    async def _forget(self, changed: Sequence[JournalEntry], _cursor: str) -> None:
        for entry in changed:
            if entry.token_hash is not None:
                self.tokens.forget(entry.token_hash)


@contextmanager
def _failures_of_a_feed() -> Iterator[None]:
    try:
        yield
    except EpochChangedError:
        raise CursorLostError from None
    except StorageError as error:
        raise RemoteUnavailableError("UNAVAILABLE", str(error)) from None
