"""A receiver that is brought up to the present state, while that goes on changing."""

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from support.changing_store import TYPES, ChangingStore, Name, NotingReceiver
from support.transmitter_events import NOW, a_stream
from support.transmitter_in_memory import Transmitter, a_transmitter

from set_transmitter.domain.backlog import Pending

STREAM = a_stream()
NAMES = st.tuples(st.sampled_from(TYPES), st.sampled_from("abcdef"))
STEPS = st.one_of(
    st.tuples(st.sampled_from(["change", "delete"]), NAMES),
    st.tuples(
        st.sampled_from(["follow", "follow", "send", "conclude", "snapshot", "restart"]),
        st.just(("", "")),
    ),
)


@dataclass
class _Run:
    """A stream that was made when the store was not empty; its receiver gets all from the log."""

    store: ChangingStore
    transmitter: Transmitter = field(default_factory=a_transmitter)
    receiver: NotingReceiver = field(default_factory=NotingReceiver)
    sending: list[Pending] = field(default_factory=list)

    async def begin(self) -> None:
        await self.transmitter.configure(STREAM)
        self.transmitter.log.cursor = str(len(self.store.feed))
        await self.transmitter.take_snapshots.begin(STREAM.stream_id)

    async def take(self, step: str, name: Name) -> None:
        match step:
            case "change" if name not in self.store.tombstones:
                self.store.change(name)
            case "delete":
                self.store.delete(name)
            case "follow":
                await self._follow()
            case "send":
                await self._send()
            case "conclude":
                await self._conclude()
            case "snapshot":
                await self.transmitter.take_snapshots.begin(STREAM.stream_id)
            case "restart":
                await self.transmitter.settle.store_cursors()
                self.transmitter = await self.transmitter.restarted()
                self.sending.clear()

    async def finish(self) -> None:
        """Let everything arrive."""
        while await self._follow() | await self._send() | await self._conclude():
            pass

    async def _follow(self) -> bool:
        """Do one step of the feed's loop, and say whether there was anything to do."""
        transmitter, cursor = self.transmitter, self.transmitter.log.cursor
        if (outbox := transmitter.take_snapshots.due()) is None:
            changes, after = await self.store.read(cursor)
        else:
            assert outbox.snapshot is not None
            key = outbox.snapshot.key
            changes, page, after = await self.store.read_state("default", cursor, after_key=key)
            if not changes:
                await transmitter.take_snapshots.go_on(
                    STREAM.stream_id, page, after_key=key, feed_cursor=after, now=NOW
                )
        if changes:
            await transmitter.take_in(changes, feed_cursor=after)
        return bool(changes) or outbox is not None

    async def _send(self) -> bool:
        outbox = self.transmitter.outbox(STREAM)
        await self.transmitter.load(outbox)
        taken = outbox.backlog.take(1, now=0)
        await self.transmitter.prepare(outbox, taken, now=0)
        for pending in taken:
            self.receiver.take(pending.logged.event)
        self.sending += taken
        return bool(taken)

    async def _conclude(self) -> bool:
        for pending in self.sending:
            self.transmitter.settle.acknowledge(self.transmitter.outbox(STREAM), pending)
        await self.transmitter.settle.flush()
        had_some = bool(self.sending)
        self.sending.clear()
        return had_some


@settings(max_examples=300, deadline=None)
@given(before=st.lists(NAMES, max_size=12), steps=st.lists(STEPS, max_size=60))
def test_a_receiver_ends_with_what_the_store_has_and_is_never_told_anything_older(
    before: list[Name], steps: list[tuple[str, Name]]
) -> None:
    store = ChangingStore()
    for name in before:
        store.change(name)
    run = _Run(store)

    asyncio.run(_all(run, steps))

    assert run.receiver.has() == store.clocks
    for told in run.receiver.told.values():
        clocks = [clock for _, clock in told]
        assert clocks == sorted(clocks)
        assert told[0][0] in {"create", "delete"}


async def _all(run: _Run, steps: list[tuple[str, Name]]) -> None:
    await run.begin()
    for step, name in steps:
        await run.take(step, name)
    await run.finish()
