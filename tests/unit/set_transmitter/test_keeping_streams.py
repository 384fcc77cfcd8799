"""Streams that appear, change and vanish."""

from dataclasses import replace

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.scim_events import CREATE_FULL, DELETE
from set_transmitter.domain.outbox import WINDOW
from set_transmitter.domain.streams import DeliveryMethod, StreamStatus

STREAM = a_stream()
DISABLED = replace(STREAM, status=StreamStatus.DISABLED)


@pytest.fixture
def transmitter() -> Transmitter:
    return a_transmitter()


async def test_a_stream_has_the_events_since_its_creation_however_late_it_is_seen(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(an_event(committed=NOW - 1), an_event(), an_event(committed=NOW + 1))

    await transmitter.configure(stream := a_stream(created=created_at(NOW)))

    assert transmitter.outbox(stream).pending == 2


async def test_a_stream_does_not_have_the_events_before_it_however_late_they_are_read(
    transmitter: Transmitter,
) -> None:
    await transmitter.configure(stream := a_stream(created=created_at(NOW)))

    await transmitter.happen(an_event(committed=NOW - 1), an_event())

    assert transmitter.outbox(stream).pending == 1


async def test_another_endpoint_leaves_what_is_pending_alone(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event())
    outbox = transmitter.outbox(STREAM)

    await transmitter.configure(replace(STREAM, endpoint_url="https://elsewhere.example"))

    assert transmitter.outbox(STREAM) is outbox
    assert (outbox.stream.endpoint_url, outbox.pending) == ("https://elsewhere.example", 1)


async def test_other_event_types_count_from_the_change_on(transmitter: Transmitter) -> None:
    await transmitter.configure(replace(STREAM, events_delivered=frozenset({CREATE_FULL})))
    await transmitter.happen(an_event(kind="delete", resource_type="Group"))

    await transmitter.configure(replace(STREAM, events_delivered=frozenset({DELETE})))
    await transmitter.happen(an_event(kind="delete", resource_type="Group"), an_event())

    assert [logged.position for logged in transmitter.log.events] == [1, 2, 3]
    assert transmitter.outbox(STREAM).pending == 1


async def test_another_delivery_method_keeps_what_is_pending(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event(), an_event())

    await transmitter.configure(replace(STREAM, method=DeliveryMethod.POLL))

    assert transmitter.outbox(STREAM).pending == 2


async def test_pausing_holds_what_is_there_and_what_comes(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event())

    await transmitter.configure(replace(STREAM, status=StreamStatus.PAUSED))
    await transmitter.happen(an_event())

    assert transmitter.outbox(STREAM).pending == 2


async def test_disabling_drops_what_is_there_for_good(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    await transmitter.happen(*[an_event()] * (WINDOW + 9))

    await transmitter.configure(DISABLED)

    assert transmitter.outbox(STREAM).pending == 0
    assert (await transmitter.restarted()).outbox(STREAM).pending == 0


async def test_what_comes_for_a_disabled_stream_is_dropped(transmitter: Transmitter) -> None:
    await transmitter.configure(DISABLED)
    await transmitter.happen(an_event())

    await transmitter.keep_streams.drop_for_disabled()
    await transmitter.configure(STREAM)

    assert transmitter.outbox(STREAM).pending == 0


async def test_what_came_after_an_enabling_is_not_dropped_though_it_was_not_yet_heard_of(
    transmitter: Transmitter,
) -> None:
    await transmitter.configure(DISABLED)
    transmitter.directory.streams[STREAM.stream_id] = STREAM
    await transmitter.happen(an_event())

    await transmitter.keep_streams.drop_for_disabled()
    await transmitter.configure(STREAM)

    assert transmitter.outbox(STREAM).pending == 1


async def test_a_deleted_stream_leaves_nothing(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event())

    del transmitter.directory.streams[STREAM.stream_id]
    await transmitter.keep_streams.look_again([("default", STREAM.stream_id)])

    assert transmitter.outboxes.get(STREAM.stream_id) is None
    assert await transmitter.deliveries.stream_ids() == frozenset()


async def test_a_stream_that_was_deleted_meanwhile_leaves_nothing(
    transmitter: Transmitter,
) -> None:
    await transmitter.configure(STREAM, another := a_stream(stream_id="another"))
    del transmitter.directory.streams["another"]

    touched, cursor = await transmitter.keep_streams.list_all()

    assert (touched, cursor) == ({STREAM.stream_id, another.stream_id}, "cursor")
    assert await transmitter.deliveries.stream_ids() == {STREAM.stream_id}


async def test_another_tenant_does_not_close_a_stream_by_asking_for_it(
    transmitter: Transmitter,
) -> None:
    await transmitter.configure(STREAM)

    await transmitter.keep_streams.look_again([("another", STREAM.stream_id)])

    assert transmitter.outboxes.get(STREAM.stream_id) is not None


async def test_a_long_backlog_is_worked_off_in_order(transmitter: Transmitter) -> None:
    await transmitter.configure(STREAM)
    total = 3 * WINDOW
    await transmitter.happen(*(an_event(subject_uri=f"/Users/{n}") for n in range(total)))
    outbox = transmitter.outbox(STREAM)

    seen: list[int] = []
    while taken := outbox.backlog.take(100, now=0):
        await transmitter.prepare(outbox, taken, now=1.0)
        for pending in taken:
            seen.append(pending.position)
            transmitter.settle.acknowledge(outbox, pending)
        await transmitter.settle.flush()
        await transmitter.load(outbox)

    assert seen == list(range(1, total + 1))
    assert (outbox.pending, outbox.lagging) == (0, False)
