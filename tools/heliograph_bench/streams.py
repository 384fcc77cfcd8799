"""Many streams over one log, of which one delivers what happens, beside that one alone."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from heliograph_bench.measuring import Row, Way, compare
from secevent.scim_events import CREATE_FULL, DELETE
from secevent.token import SecurityEventToken
from servicekit.leases import always_held
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.commands.settle import Settle
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.commands.take_snapshots import TakeSnapshots
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus

MANY: Final = 1_000
_EVENTS: Final = 1_000
_AT_ONCE: Final = 10
_NOW: Final = 1_780_000_000_000_000

_EVENT: Final = Event(
    tenant="of-one",
    kind="create",
    resource_type="User",
    subject_uri="/Users/ann",
    external_id="",
    txn="txn",
    origin_clock=_NOW,
    origin_cluster="aaaaaaaa",
    lineage=("aaaaaaaa",),
    version_before="",
    version_after='W/"1-aaaaaaaa"',
    attributes=("userName",),
    data=b'{"userName":"ann@example.com"}',
    traceparent="",
    committed=_NOW,
)


class _Unsigned:
    """Signs nothing: what a stream that delivers costs is another matter."""

    async def sign(self, stream: Stream, tokens: Sequence[SecurityEventToken]) -> list[str]:
        return [f"{stream.stream_id}.{token.jti}.unsigned" for token in tokens]


class _NoAuthorities:
    """Asks nobody whose addresses are whose."""

    async def all(self) -> frozenset[str]:
        return frozenset()


class _Unencrypted:
    """Leaves SETs as they are."""

    async def encrypt(self, jwks_uri: str, jwts: Sequence[str]) -> list[str]:
        del jwks_uri
        return list(jwts)


@dataclass(frozen=True, slots=True)
class _Transmitter:
    """What an event goes through, up to its acknowledgement."""

    outboxes: Outboxes
    take_in: TakeInChanges
    take_snapshots: TakeSnapshots
    settle: Settle
    load: LoadPending
    prepare: PrepareSets

    async def run(self) -> int:
        """Take in events, deliver them to the one stream, and store how far the others are."""
        changes = [Change(_EVENT, activation=None, routed=False)] * _AT_ONCE
        for _ in range(_EVENTS // _AT_ONCE):
            self.take_snapshots.due()
            for stream_id in await self.take_in(changes, feed_cursor="cursor"):
                await self._deliver(stream_id)
        await self.settle.store_cursors(least=1_000)
        return _EVENTS

    async def _deliver(self, stream_id: str) -> None:
        outbox = self.outboxes.get(stream_id)
        if outbox is None:
            return
        while taken := outbox.backlog.take(_AT_ONCE, now=0):
            await self.prepare(outbox, taken, now=0)
            for pending in taken:
                self.settle.acknowledge(outbox, pending)
            await self.settle.flush()


async def streams() -> Row:
    """Measure events with 1,000 streams, of which one delivers them, against that one alone."""
    async with _transmitter(MANY) as many, _transmitter(1) as one:
        return await compare(
            f"an event to 1 of {MANY:,} streams, beside 1 of 1",
            ours=Way(many.run),
            reference=Way(one.run),
            target="≥ 80 %",
        )


@asynccontextmanager
async def _transmitter(count: int) -> AsyncIterator[_Transmitter]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_sqlite(Path(folder) / "log.sqlite3", restore_id="") as storage:
            logbook = await storage.open_log(always_held("bench"), epoch="epoch")
            yield await _over(logbook, count)


async def _over(logbook: Logbook, count: int) -> _Transmitter:
    deliveries, growth = logbook.deliveries, Growth()
    outboxes = Outboxes(epoch="epoch", end=0)
    for number in range(count):
        stream = _stream(number)
        outbox = Outbox(stream, await deliveries.open(stream))
        outboxes.put(outbox)
        await LoadPending(outboxes, deliveries)(outbox)
    return _Transmitter(
        outboxes,
        TakeInChanges(logbook.log, outboxes, growth, _NoAuthorities()),
        TakeSnapshots(logbook.snapshots, deliveries, outboxes, growth),
        Settle(outboxes, deliveries),
        LoadPending(outboxes, deliveries),
        PrepareSets("epoch", deliveries, _Unsigned(), _Unencrypted()),
    )


def _stream(number: int) -> Stream:
    """Return the stream that delivers, or one of another tenant, or of other events."""
    return Stream(
        tenant="of-one" if number % 2 == 0 else f"tenant-{number}",
        stream_id=f"stream-{number}",
        iss="https://issuer.example",
        aud=("https://receiver.example",),
        events_delivered=frozenset({CREATE_FULL} if number % 2 or not number else {DELETE}),
        method=DeliveryMethod.POLL,
        endpoint_url="",
        authorization_header="",
        status=StreamStatus.ENABLED,
        signing_algorithm="ES256",
        created=_NOW - 60_000_000,
    )
