"""What every storage does with events that are of a stream itself."""

from support.transmitter_events import NOW, a_request, a_stream, an_announcement, an_event

from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.stream_events import AnnouncedChange, loss_event, verification_event
from set_transmitter.domain.streams import StreamStatus
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog
from set_transmitter.ports.stream_events import StreamEvents

STREAM = a_stream(events_delivered=frozenset())
OTHER = a_stream(stream_id="other")


async def test_a_new_log_has_answered_nothing(stream_events: StreamEvents) -> None:
    assert await stream_events.journal_cursor() == ""
    assert list(await stream_events.announced()) == []


async def test_an_answer_is_logged_for_its_stream_with_the_cursor(
    log: EventLog, stream_events: StreamEvents
) -> None:
    await log.append([an_event()], feed_cursor="feed")
    first, second = (verification_event(a_request(txn=txn)) for txn in "ab")

    logged = await stream_events.answer(
        [(STREAM.stream_id, first), ("other", second)], journal_cursor="journal"
    )

    assert logged == [LoggedEvent(2, first, STREAM.stream_id), LoggedEvent(3, second, "other")]
    assert (await log.end(), await log.feed_cursor()) == (3, "feed")
    assert await stream_events.journal_cursor() == "journal"


async def test_the_cursor_of_the_journal_moves_without_answers(
    log: EventLog, stream_events: StreamEvents
) -> None:
    await stream_events.answer([], journal_cursor="journal")

    assert (await stream_events.journal_cursor(), await log.end()) == ("journal", 0)


async def test_what_is_of_a_stream_is_pending_for_it_alone_whatever_it_delivers(
    deliveries: Deliveries, stream_events: StreamEvents
) -> None:
    event = verification_event(a_request())
    await stream_events.answer([(STREAM.stream_id, event)], journal_cursor="1")
    await stream_events.announce(*an_announcement(OTHER))

    stored = await deliveries.open(STREAM)
    page = await deliveries.read(STREAM, after=0, limit=10)

    assert stored.pending == 1
    assert [pending.logged for pending in page.pending] == [LoggedEvent(1, event, STREAM.stream_id)]


async def test_what_nobody_asked_for_is_logged_for_its_stream_and_announces_nothing(
    log: EventLog, stream_events: StreamEvents
) -> None:
    await log.append([an_event()], feed_cursor="feed")
    event = loss_event(STREAM, 3, txn="txn", now=NOW)

    logged = await stream_events.tell(STREAM.stream_id, event)

    assert logged == LoggedEvent(2, event, STREAM.stream_id)
    assert (await log.end(), await log.feed_cursor()) == (2, "feed")
    assert (await stream_events.journal_cursor(), list(await stream_events.announced())) == ("", [])


async def test_a_change_is_kept_until_it_is_made(stream_events: StreamEvents) -> None:
    change, event = an_announcement()

    logged = await stream_events.announce(change, event)

    announced = AnnouncedChange(change, 1)
    assert logged == LoggedEvent(1, event, STREAM.stream_id)
    assert list(await stream_events.announced()) == [announced]
    await stream_events.conclude(announced)
    assert list(await stream_events.announced()) == []


async def test_a_later_change_takes_the_place_of_an_earlier_one(
    stream_events: StreamEvents,
) -> None:
    first, event = an_announcement()
    later, another = an_announcement(status=StreamStatus.DISABLED, reason="")
    await stream_events.announce(first, event)
    await stream_events.announce(later, another)

    await stream_events.conclude(AnnouncedChange(first, 1))

    assert list(await stream_events.announced()) == [AnnouncedChange(later, 2)]


async def test_a_stream_that_is_removed_has_no_change_to_be_made(
    deliveries: Deliveries, stream_events: StreamEvents
) -> None:
    await deliveries.open(STREAM)
    await stream_events.announce(*an_announcement())

    await deliveries.remove(STREAM.stream_id)

    assert list(await stream_events.announced()) == []
