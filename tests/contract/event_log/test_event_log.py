"""What every event log does."""

from typing import Any

from support.transmitter_events import NOW, a_stream, an_event, created_at, logged

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_DISABLED
from secevent.scim_events import CREATE_FULL
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.publications import (
    REMEMBERED,
    Earlier,
    Fresh,
    Publication,
    parse_publication,
)
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog

OWN = "urn:example:badge-lost"


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


def publication(txn: str | None = None, **members: Any) -> Publication:
    body = {"sub_id": {"format": "opaque", "id": "a"}, "events": {OWN: {"badge": 7}}, **members}
    tenant = body.pop("tenant", "default")
    return parse_publication(tenant, {**body, "txn": txn}, Fresh(NOW, "fresh"))


async def test_what_is_published_stands_beside_what_changed(
    log: EventLog, deliveries: Deliveries
) -> None:
    stream = a_stream(events_delivered=frozenset({CREATE_FULL, OWN}))
    await log.append([an_event()], feed_cursor="after-one")

    (told,) = await log.publish([publication()], at=NOW)

    assert told == LoggedEvent(2, publication().event)
    assert (await log.end(), await log.feed_cursor()) == (2, "after-one")
    page = await deliveries.read(stream, after=0, limit=10)
    assert [one.logged for one in page.pending] == [logged(1), told]
    assert (await deliveries.open(stream)).pending == 2


async def test_a_stream_has_the_signals_that_it_names(
    log: EventLog, deliveries: Deliveries
) -> None:
    stream = a_stream(events_delivered=frozenset({SESSION_REVOKED}))
    signals = [ACCOUNT_DISABLED, SESSION_REVOKED]
    events = [an_event(kind="signal", event_type=uri, subject=b"{}") for uri in signals]
    await log.append(events, feed_cursor="1")

    page = await deliveries.read(stream, after=0, limit=10)

    assert [(one.position, one.logged.event) for one in page.pending] == [(2, events[1])]
    assert (await deliveries.open(stream)).pending == 1


async def test_a_publication_is_recognised_by_txn_type_and_subject(log: EventLog) -> None:
    first = publication("t")
    await log.publish([first], at=NOW)

    found = await log.publish(
        [
            publication("t"),
            publication("t", events={OWN: {"badge": 8}}),
            publication("t", events={"urn:example:other": {}}),
            publication("t", sub_id={"format": "opaque", "id": "b"}),
            publication("t", tenant="another"),
            publication("u"),
            publication("u"),
            publication(),
            publication(),
        ],
        at=NOW + 1,
    )

    known = Earlier(first.digest)
    assert [one if isinstance(one, Earlier) else one.position for one in found] == (
        [known, known, 2, 3, 4, 5, known, 6, 7]
    )
    assert await log.end() == 7


async def test_what_was_published_long_ago_is_not_recognised(log: EventLog) -> None:
    await log.publish([publication("t")], at=NOW)

    known = await log.publish([publication("t")], at=NOW + REMEMBERED)
    fresh = await log.publish([publication("t")], at=NOW + REMEMBERED + 1)

    assert [type(one) for one in (*known, *fresh)] == [Earlier, LoggedEvent]


async def test_a_young_stream_has_what_was_published_before_the_feed_caught_up(
    log: EventLog, deliveries: Deliveries
) -> None:
    stream = a_stream(events_delivered=frozenset({CREATE_FULL, OWN}), created=created_at(NOW))
    await log.publish([publication()], at=NOW)
    await log.append([an_event(committed=NOW - 1), an_event()], feed_cursor="late")

    opened = await deliveries.open(stream)

    page = await deliveries.read(stream, after=opened.cursor, limit=10)
    assert (opened.cursor, opened.pending) == (0, 2)
    assert [one.position for one in page.pending] == [1, 3]
