"""What every event log does."""

from support.transmitter_events import a_stream, an_event, logged

from set_transmitter.adapters.storage import Logbook
from set_transmitter.ports.event_log import EventLog


async def test_a_new_log_is_empty(log: EventLog) -> None:
    assert (await log.end(), await log.feed_cursor()) == (0, "")


async def test_the_log_has_the_name_that_it_was_given(log: EventLog) -> None:
    assert await log.epoch() == "first-name"


async def test_events_have_positions_without_gaps(log: EventLog) -> None:
    await log.append([an_event(txn="a"), an_event(txn="b")], feed_cursor="1")

    appended = await log.append([an_event(txn="c")], feed_cursor="2")

    assert appended == [logged(3, txn="c")]


async def test_the_values_before_and_after_come_back(logbook: Logbook) -> None:
    stream = a_stream()
    await logbook.deliveries.open(stream)
    valued = an_event(kind="patch", state=b'{"title":"Dr"}', replaced=b'{"title":null}')
    await logbook.log.append([an_event(), valued], feed_cursor="2")

    page = await logbook.deliveries.read(stream, after=0, limit=10)

    assert [each.logged.event for each in page.pending] == [an_event(), valued]


async def test_the_cursor_moves_with_the_events(log: EventLog) -> None:
    await log.append([an_event()], feed_cursor="after-one")

    assert (await log.end(), await log.feed_cursor()) == (1, "after-one")


async def test_the_cursor_moves_without_events(log: EventLog) -> None:
    await log.append([], feed_cursor="all-of-them-routed")

    assert (await log.end(), await log.feed_cursor()) == (0, "all-of-them-routed")
