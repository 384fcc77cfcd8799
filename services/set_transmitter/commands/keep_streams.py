"""Keeping the streams as the registrar has them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from set_transmitter.commands.growth import Growth
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.resets import Reset, ResetOutcome
from set_transmitter.domain.streams import Stream, StreamStatus
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.resets import Resets
from set_transmitter.ports.stream_directory import StreamDirectory


@dataclass(frozen=True, slots=True)
class KeepStreams:
    """Opens, changes and closes outboxes, one call at a time."""

    directory: StreamDirectory
    outboxes: Outboxes
    deliveries: Deliveries
    settle: Settle
    load: LoadPending
    growth: Growth
    resets: Resets
    closed: ClosedTenants = field(default_factory=ClosedTenants)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tell_reset: Callable[[Stream, ResetOutcome], None] = lambda _stream, _outcome: None
    """Told of each reset that a configuration asked for."""
    lost: set[tuple[str, str]] = field(default_factory=set)
    """The tenants and ids of streams whose storage failed while they were being set back."""
    is_any_lost: asyncio.Event = field(default_factory=asyncio.Event)

    async def list_all(self) -> tuple[set[str], str]:
        """Take over all streams; return those touched, and the journal cursor to go on from."""
        async with self.turn:
            return await self._list_all()

    async def look_again(self, changed: Iterable[tuple[str, str]]) -> None:
        """Take over the streams of these tenants and ids as they are now."""
        async with self.turn:
            await _together(self._look_again(*names) for names in set(changed))

    async def drop_for_disabled(self) -> None:
        """Drop what has come for disabled streams, once the registrar says that they still are.

        It is asked after the events came: so none is dropped that came after an enabling.
        """
        if any(_drops(outbox.stream) and outbox.pending for outbox in self.outboxes):
            async with self.turn:
                await self._drop_for_disabled()

    async def set_back(self, tenant: str, stream_id: str, reset: Reset) -> ResetOutcome:
        """Set a stream back that has an outbox; see `Resets`. Raises `LookupError`."""
        async with self.turn:
            outbox = self.outboxes.get(stream_id)
            if outbox is None or outbox.stream.tenant != tenant:
                raise LookupError(f"there is no stream {stream_id}")
            return await self._set_back(outbox, reset)

    async def reopen_lost(self) -> set[str]:
        """Open the streams again that were lost, and return them."""
        async with self.turn:
            reopened = set(self.lost)
            await _together(self._look_again(*names) for names in reopened)
            self.lost.clear()
            self.is_any_lost.clear()
            return {stream_id for _, stream_id in reopened}

    async def stop_closed(self) -> set[str]:
        """Stop the streams of tenants that are closed, and return them; what is kept stays."""
        async with self.turn:
            outboxes = [each for each in self.outboxes if each.stream.tenant in self.closed]
            await _together(self._close(outbox) for outbox in outboxes)
            return {outbox.stream.stream_id for outbox in outboxes}

    async def _list_all(self) -> tuple[set[str], str]:
        end = self.outboxes.end
        streams, cursor = await self.directory.list()
        listed = {stream.stream_id for stream in streams}
        gone = set(await self.deliveries.stream_ids() - listed)
        for stream_id in gone:
            await self._remove(stream_id)
        await _together(self._apply(stream, end=end) for stream in streams)
        return listed | gone, cursor

    async def _look_again(self, tenant: str, stream_id: str) -> None:
        end = self.outboxes.end
        stream = await self.directory.get(tenant, stream_id)
        if stream is not None:
            await self._apply(stream, end=end)
        elif self._is_of(tenant, stream_id):
            await self._remove(stream_id)

    async def _drop_for_disabled(self) -> None:
        end = self.outboxes.end
        streams, _ = await self.directory.list()
        for stream in streams:
            outbox = self.outboxes.get(stream.stream_id)
            if outbox is not None and _drops(stream) and _drops(outbox.stream):
                await self.settle.drop_through(outbox, end)

    def _is_of(self, tenant: str, stream_id: str) -> bool:
        outbox = self.outboxes.get(stream_id)
        return outbox is not None and outbox.stream.tenant == tenant

    async def _apply(self, stream: Stream, *, end: int) -> None:
        if stream.tenant in self.closed:
            return
        outbox = self.outboxes.get(stream.stream_id)
        if outbox is None or not outbox.stream.delivers_like(stream):
            outbox = await self._open(stream, instead_of=outbox)
        outbox.stream = stream
        if stream.reset is not None and stream.reset.revision > outbox.reset_revision:
            reset = stream.reset.to_do(self.outboxes.epoch, stream.stream_id)
            self.tell_reset(stream, await self._set_back(outbox, reset))
            outbox = self.outboxes.get(stream.stream_id) or outbox
        if _drops(stream):
            await self.settle.drop_through(outbox, end)

    async def _open(self, stream: Stream, *, instead_of: Outbox | None) -> Outbox:
        if instead_of is not None:
            await self._close(instead_of)
        async with self.growth.joining():
            outbox = Outbox(stream, await self.deliveries.open(stream))
            self.outboxes.put(outbox)
        await self.load(outbox)
        return outbox

    async def _set_back(self, outbox: Outbox, reset: Reset) -> ResetOutcome:
        """Close the outbox first: nobody settles any more what was under way before."""
        stream = outbox.stream
        try:
            await self._close(outbox)
            outcome = await self.resets.reset(stream, reset)
            await self._open(stream, instead_of=None)
        finally:
            if self.outboxes.get(stream.stream_id) is None:
                self.lost.add((stream.tenant, stream.stream_id))
                self.is_any_lost.set()
        return outcome

    async def _close(self, outbox: Outbox) -> None:
        self.outboxes.remove(outbox.stream.stream_id)
        await self.settle.close(outbox)

    async def _remove(self, stream_id: str) -> None:
        outbox = self.outboxes.get(stream_id)
        if outbox is not None:
            await self._close(outbox)
        await self.deliveries.remove(stream_id)


async def _together(steps: Iterable[Awaitable[object]]) -> None:
    """Take steps side by side, to share commits; fail with the first failure at the end."""
    for outcome in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _drops(stream: Stream) -> bool:
    return stream.status is StreamStatus.DISABLED
