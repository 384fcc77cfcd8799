"""Where the journal is read."""

from typing import Protocol

from ssf_registrar.domain.journal import Cursor, JournalPage


class Journal(Protocol):
    """Entries in commit order; none is ever skipped by a reader who follows the cursors."""

    async def read(self, cursor: Cursor | None, *, limit: int, wait: float) -> JournalPage:
        """Return at most `limit` entries after `cursor`, or from the beginning for None.

        Waits up to `wait` seconds for a first one. Raises `EpochChangedError` for a cursor of
        another epoch, or of a place that this journal has not reached.
        """
