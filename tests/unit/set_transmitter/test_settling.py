"""Settling in groups, and what a crash leaves."""

import pytest
from support.transmitter_events import a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import SetErr
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.progress import StoredProgress

STREAM = a_stream()
QUIET = a_stream(stream_id="quiet", events_delivered=frozenset())


@pytest.fixture
async def transmitter() -> Transmitter:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.happen(*(an_event(subject_uri=f"/Users/{name}") for name in "abc"))
    return transmitter


async def taken(transmitter: Transmitter) -> list[Pending]:
    outbox = transmitter.outbox(STREAM)
    pending = outbox.backlog.take(9, now=0)
    await transmitter.prepare(outbox, pending, now=1.0)
    return pending


async def stored(transmitter: Transmitter) -> StoredProgress:
    return await transmitter.deliveries.open(STREAM)


async def test_what_is_noted_becomes_durable_with_the_cursor(transmitter: Transmitter) -> None:
    first, second, third = await taken(transmitter)
    for pending in (first, third):
        transmitter.settle.acknowledge(transmitter.outbox(STREAM), pending)

    await transmitter.settle.flush()

    assert await stored(transmitter) == StoredProgress(
        cursor=1, acknowledged=2, dead_letters=0, pending=1, end=3
    )
    assert second.position == 2


async def test_what_was_only_noted_is_sent_again_after_a_crash(transmitter: Transmitter) -> None:
    first, *_ = await taken(transmitter)
    transmitter.settle.acknowledge(transmitter.outbox(STREAM), first)

    again, *_ = await taken(await transmitter.restarted())

    assert (again.position, again.jwt) == (first.position, first.jwt)


async def test_a_cursor_takes_along_the_dead_letters_that_it_passes(
    transmitter: Transmitter,
) -> None:
    first, *_ = await taken(transmitter)
    error = SetErr("invalid_request", "")
    transmitter.settle.set_aside(transmitter.outbox(STREAM), first, error=error, at=0)

    await transmitter.settle.store_cursors()

    assert [letter.position for letter in transmitter.deliveries.letters] == [1]
    assert (await stored(transmitter)).cursor == 1


async def test_a_quiet_stream_does_not_scan_the_log_again_after_a_restart(
    transmitter: Transmitter,
) -> None:
    await transmitter.configure(QUIET)
    await transmitter.happen(an_event())

    await transmitter.settle.store_cursors()

    assert (await transmitter.deliveries.open(QUIET)).cursor == 4


async def test_settling_twice_counts_once(transmitter: Transmitter) -> None:
    first, *_ = await taken(transmitter)
    for _ in range(2):
        transmitter.settle.acknowledge(transmitter.outbox(STREAM), first)

    await transmitter.settle.flush()

    assert transmitter.outbox(STREAM).acknowledged == (await stored(transmitter)).acknowledged == 1
