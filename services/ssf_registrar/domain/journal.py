"""The journal: what has changed in the registrar, in commit order."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from ssf_registrar.domain.errors import EpochChangedError, InvalidCursorError
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.verifications import Verification

# what a 64-bit integer of a database holds
_POSITION: Final = re.compile(r"[0-9]{1,18}")


class JournalKind(StrEnum):
    """What an entry tells of."""

    STREAM_CREATED = "stream-created"
    STREAM_CHANGED = "stream-changed"
    STREAM_DELETED = "stream-deleted"
    KEY_ROTATED = "key-rotated"
    TOKEN_CHANGED = "token-changed"  # noqa: S105  a kind
    TENANT_CHANGED = "tenant-changed"
    VERIFICATION_REQUESTED = "verification-requested"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One committed change: it names what changed, and the reader fetches the rest.

    Of a verification that is requested it has all there is.
    """

    kind: JournalKind
    tenant: str
    stream_id: str | None = None
    direction: Direction | None = None
    token_hash: bytes | None = None
    verification: Verification | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the journal: after `position` entries of one `epoch`, which a restore ends."""

    epoch: str
    position: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote. Raises `InvalidCursorError`."""
        epoch, separator, position = text.partition(".")
        if not (epoch and separator and _POSITION.fullmatch(position)):
            raise InvalidCursorError
        return cls(epoch, int(position))

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}"


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries, and the cursor after them."""

    entries: tuple[JournalEntry, ...]
    next_cursor: Cursor


def start_of(cursor: Cursor | None, *, end: Cursor) -> Cursor:
    """Return where to read on in a journal that reaches to `end`; None is its beginning.

    Raises `EpochChangedError` for a cursor of another epoch, or of a place beyond the end.
    """
    start = cursor or Cursor(end.epoch, 0)
    if start.epoch != end.epoch or start.position > end.position:
        raise EpochChangedError
    return start
