"""Tenants that are being deleted have no streams any more, and no events."""

import asyncio

from support.transmitter_events import a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from set_transmitter.domain.events import Event, LoggedEvent

GONE, STAYS = a_stream(tenant="gone", stream_id="of-gone"), a_stream(stream_id="of-default")


async def a_transmitter_of_both() -> Transmitter:
    transmitter = a_transmitter()
    await transmitter.configure(GONE, STAYS)
    return transmitter


def tenants_in(transmitter: Transmitter) -> list[str]:
    return [logged.event.tenant for logged in transmitter.log.events]


async def test_streams_are_stopped_and_those_of_others_go_on() -> None:
    transmitter = await a_transmitter_of_both()

    stopped = await transmitter.close_tenants(["gone"])

    assert stopped == {"of-gone"}
    assert [each.stream for each in transmitter.outboxes] == [STAYS]


async def test_to_stop_again_stops_nothing_more() -> None:
    transmitter = await a_transmitter_of_both()
    await transmitter.close_tenants(["gone"])

    assert await transmitter.close_tenants(["gone"]) == set()


async def test_events_of_a_closed_tenant_are_not_logged_and_the_feed_goes_on() -> None:
    transmitter = await a_transmitter_of_both()
    await transmitter.close_tenants(["gone"])

    told = await transmitter.happen(an_event(tenant="gone"), an_event())

    assert told == {"of-default"}
    assert tenants_in(transmitter) == ["default"]
    assert transmitter.log.cursor == "later"


async def test_what_is_on_its_way_into_the_log_is_waited_for() -> None:
    """Or it would come after the purge."""
    transmitter, is_under_way, may_go_on = a_transmitter(), asyncio.Event(), asyncio.Event()
    append = transmitter.log.append

    async def slow(events: list[Event], *, feed_cursor: str) -> list[LoggedEvent]:
        is_under_way.set()
        await may_go_on.wait()
        return await append(events, feed_cursor=feed_cursor)

    transmitter.log.append = slow  # type: ignore[method-assign,assignment]
    happening = asyncio.create_task(transmitter.happen(an_event(tenant="gone")))
    await is_under_way.wait()
    closing = asyncio.create_task(transmitter.close_tenants(["gone"]))
    await asyncio.wait([closing], timeout=0.01)
    was_closed_before = closing.done()

    may_go_on.set()
    await closing

    assert not was_closed_before
    assert happening.done()
    assert tenants_in(transmitter) == ["gone"]


async def test_a_stream_does_not_come_back_when_it_is_changed_or_listed() -> None:
    transmitter = await a_transmitter_of_both()
    await transmitter.close_tenants(["gone"])

    await transmitter.configure(a_stream(tenant="gone", stream_id="of-gone", aud=("another",)))
    await transmitter.keep_streams.list_all()

    assert [each.stream for each in transmitter.outboxes] == [STAYS]


async def test_what_was_kept_for_a_stream_is_left_to_the_purge() -> None:
    transmitter = await a_transmitter_of_both()

    await transmitter.close_tenants(["gone"])
    await transmitter.keep_streams.list_all()

    assert await transmitter.deliveries.stream_ids() == {"of-gone", "of-default"}
