"""Settling SETs: at once in memory, durably in groups."""

import asyncio
from collections.abc import Sequence

from secevent.poll import SetErr
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import Event
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import DeadLetter, Progress
from set_transmitter.domain.streams import Stream
from set_transmitter.domain.tokens import event_type
from set_transmitter.ports.deliveries import Deliveries

Settlement = tuple[Outbox, int | DeadLetter]


class Settle:
    """Notes what became of SETs; `flush` makes all that is noted durable in one transaction.

    A crash between the two sends a SET again, the same bytes, which its receiver takes for what
    it is: a duplicate.
    """

    def __init__(self, outboxes: Outboxes, deliveries: Deliveries) -> None:
        self._outboxes = outboxes
        self._deliveries = deliveries
        self._noted: list[Settlement] = []
        self._turn = asyncio.Lock()
        self.noted = asyncio.Event()

    def acknowledge(self, outbox: Outbox, pending: Pending) -> None:
        """Note that the receiver has a SET."""
        if outbox.backlog.settle(pending):
            outbox.acknowledged += 1
            self._note((outbox, pending.position))

    def set_aside(self, outbox: Outbox, pending: Pending, *, error: SetErr, at: int) -> None:
        """Note that the receiver will not have a SET."""
        if outbox.backlog.settle(pending):
            outbox.dead_letters += 1
            self._note((outbox, self._dead_letter(outbox, pending, error=error, at=at)))

    async def flush(self) -> None:
        """Return when everything that was noted before is durable."""
        async with self._turn:
            if self._noted:
                await self._record(())

    async def store_cursors(self, *, least: int = 1) -> None:
        """Flush, and make durable how far streams have come that nothing was settled for.

        Those that have come `least` positions: what a stream has passed over costs it a look into
        an index when it is opened again, and less than a write of each of many streams.
        """
        async with self._turn:
            moved = [outbox for outbox in self._outboxes if self._progressed(outbox) >= least]
            await self._record(moved)

    async def drop_through(self, outbox: Outbox, position: int) -> None:
        """Forget what a stream has pending up to a position, for good."""
        async with self._turn:
            outbox.drop_through(position, end=self._outboxes.end)
            await self._record([outbox])

    async def close(self, outbox: Outbox) -> None:
        """Let nothing more be settled for a stream, and make durable what was."""
        outbox.close(end=self._outboxes.end)
        async with self._turn:
            await self._record([outbox])

    def _note(self, settlement: Settlement) -> None:
        self._noted.append(settlement)
        self.noted.set()

    def _progressed(self, outbox: Outbox) -> int:
        return outbox.cursor(self._outboxes.end) - outbox.stored_cursor

    async def _record(self, moved: Sequence[Outbox]) -> None:
        # a cursor passes what is noted, so both must be in one transaction
        count = len(self._noted)
        grouped: dict[Outbox, list[int | DeadLetter]] = {outbox: [] for outbox in moved}
        for outbox, settled in self._noted:
            grouped.setdefault(outbox, []).append(settled)
        if grouped:
            await self._deliveries.record(
                [self._progress(outbox, settled) for outbox, settled in grouped.items()]
            )
        del self._noted[:count]
        if not self._noted:
            self.noted.clear()

    def _progress(self, outbox: Outbox, settled: Sequence[int | DeadLetter]) -> Progress:
        outbox.stored_cursor = outbox.cursor(self._outboxes.end)
        return Progress(
            outbox.stream.stream_id,
            outbox.stored_cursor,
            acknowledged=tuple(item for item in settled if isinstance(item, int)),
            dead_letters=tuple(item for item in settled if isinstance(item, DeadLetter)),
        )

    def _dead_letter(
        self, outbox: Outbox, pending: Pending, *, error: SetErr, at: int
    ) -> DeadLetter:
        stream = outbox.stream
        return DeadLetter(
            stream_id=stream.stream_id,
            position=pending.position,
            jti=outbox.jti_of(pending.logged, epoch=self._outboxes.epoch),
            err=error.err,
            description=error.description,
            subject_uri=pending.subject_uri,
            event_type=event_type(_as_told(pending, stream), stream),
            at=at,
        )


def _as_told(pending: Pending, stream: Stream) -> Event:
    """Return the event as its receiver is told of it; as it was, where it is not any more."""
    logged = pending.logged
    return stream.as_told(logged.event, in_snapshot=bool(logged.only_for)) or logged.event
