"""What was set aside, and its return into the log."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.dead_letters import FoundLetter, LetterPlace
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.streams import Stream


class DeadLetters(Protocol):
    """Keeps dead letters beside the log; what a method has returned from is durable."""

    async def page(
        self, tenant: str, *, stream_id: str | None, after: LetterPlace | None, limit: int
    ) -> list[DeadLetter]:
        """Return letters of a tenant, or of one of its streams, after a place, oldest first."""
        ...

    async def find(self, tenant: str, stream_id: str, position: int) -> FoundLetter | None:
        """Return one letter of a tenant with its event."""
        ...

    async def first(self, tenant: str, stream_id: str, *, limit: int) -> list[FoundLetter]:
        """Return the first letters of a stream, in the order of the log, with their events."""
        ...

    async def overtaken(self, stream: Stream, letters: Sequence[DeadLetter]) -> frozenset[int]:
        """Return the positions of those after which an event of their subject went out, or will.

        One that was refused, and is a dead letter itself, did not.
        """
        ...

    async def replay(
        self, stream_id: str, positions: Sequence[int], events: Sequence[Event]
    ) -> list[LoggedEvent] | None:
        """Log events for one stream, and forget the letters that they are told instead of.

        All of it in one transaction. Returns None, and nothing happens, when a letter is there no
        more.
        """
        ...

    async def drop(self, tenant: str, stream_id: str, positions: Sequence[int] | None) -> int:
        """Forget letters of a tenant's stream, or (None) all of them; return how many."""
        ...
