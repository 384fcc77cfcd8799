"""Events that are logged for one stream alone, as they are of the stream itself."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.stream_events import AnnouncedChange, StatusChange


class StreamEvents(Protocol):
    """Appends to the event log, beside what the change feed tells.

    What a method has returned from is durable, all of it or nothing.
    """

    async def journal_cursor(self) -> str:
        """Return the cursor up to which the registrar's journal was answered; empty: not at all."""
        ...

    async def answer(
        self, answers: Sequence[tuple[str, Event]], *, journal_cursor: str
    ) -> list[LoggedEvent]:
        """Log an event for each of these streams, and how far the journal has been answered then.

        So each request of the journal is answered by one event, whenever this process ends.
        """
        ...

    async def tell(self, stream_id: str, event: Event) -> LoggedEvent:
        """Log an event that nobody asked for, and that announces nothing."""
        ...

    async def announce(self, change: StatusChange, event: Event) -> LoggedEvent:
        """Log the event that tells of a change, and that it is to be made.

        It takes the place of an earlier one of the stream that has not been made.
        """
        ...

    async def announced(self) -> Sequence[AnnouncedChange]:
        """Return the changes that are to be made."""
        ...

    async def conclude(self, announced: AnnouncedChange) -> None:
        """Forget a change that was made; one that has taken its place stays."""
        ...
