"""What every event log does with events that were received."""

from support.routed_sets import ORIGIN, a_received_set, forwarded
from support.transmitter_events import NOW, a_stream, an_event

from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.erasures import Erasure
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.progress import Progress
from set_transmitter.domain.received_sets import events_to_log
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog

FORWARDING = a_stream(iss=ORIGIN, aud=("https://hub.example",), forwards=True)
(PUBLISHED,) = events_to_log(a_received_set(), now=NOW)
(FORWARDED,) = events_to_log(forwarded(), now=NOW)


async def test_routed_events_follow_others_and_leave_the_cursor(log: EventLog) -> None:
    await log.append([an_event()], feed_cursor="1")

    added = await log.add_routed([PUBLISHED, FORWARDED])

    assert added == [LoggedEvent(2, PUBLISHED), LoggedEvent(3, FORWARDED)]
    assert (await log.end(), await log.feed_cursor()) == (3, "1")


async def test_an_event_is_added_once(log: EventLog) -> None:
    await log.add_routed([PUBLISHED])

    assert await log.add_routed([PUBLISHED, FORWARDED, FORWARDED]) == [LoggedEvent(2, FORWARDED)]
    assert await log.add_routed([]) == []
    assert await log.end() == 2


async def test_events_that_are_not_routed_have_no_key_in_common(log: EventLog) -> None:
    await log.append([an_event(), an_event()], feed_cursor="1")

    assert await log.end() == 2


async def test_they_are_read_as_they_were_logged(log: EventLog, deliveries: Deliveries) -> None:
    await deliveries.open(FORWARDING)
    await log.add_routed([PUBLISHED, FORWARDED])

    page = await deliveries.read(FORWARDING, after=0, limit=10)

    assert [each.logged for each in page.pending] == [LoggedEvent(2, FORWARDED)]
    assert (await deliveries.open(FORWARDING)).pending == 1


async def test_a_forwarded_set_is_settled_like_any(log: EventLog, deliveries: Deliveries) -> None:
    await deliveries.open(FORWARDING)
    await log.add_routed([FORWARDED])
    await deliveries.keep(FORWARDING.stream_id, {1: "head.body.mark"})

    await deliveries.record([Progress(FORWARDING.stream_id, 1, acknowledged=(1,))])

    assert (await deliveries.open(FORWARDING)).acknowledged == 1


async def test_what_was_erased_is_still_known_again(logbook: Logbook) -> None:
    log = logbook.log
    await log.add_routed([PUBLISHED, FORWARDED])

    removed = await logbook.erasing.erase(Erasure("default", "ann", NOW))

    assert removed.events == 2
    assert await log.add_routed([PUBLISHED, FORWARDED]) == []
