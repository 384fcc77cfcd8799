"""How the tail of the log is shared out, and how a lagging stream catches up."""

from support.transmitter_events import NOW, a_stream, created_at, logged, pending

from secevent.scim_events import CREATE_FULL, DELETE
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.outbox import WINDOW, Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import Page, StoredProgress
from set_transmitter.domain.streams import Stream

STREAM = a_stream()


def an_outbox(
    stream: Stream = STREAM, *, cursor: int = 0, unsettled: int = 0, end: int = 0
) -> Outbox:
    stored = StoredProgress(cursor, acknowledged=0, dead_letters=0, pending=unsettled, end=end)
    return Outbox(stream, stored)


def following(stream: Stream = STREAM) -> Outbox:
    """Return an outbox that has nothing pending and follows the tail of an empty log."""
    outbox = an_outbox(stream)
    outbox.load(Page(after=0, pending=(), scanned=0), end=0)
    return outbox


def outboxes_with(*members: Outbox) -> Outboxes:
    outboxes = Outboxes(epoch="epoch", end=0)
    for member in members:
        outboxes.put(member)
    return outboxes


def test_an_event_goes_to_each_stream_that_wants_it() -> None:
    wanting = following(a_stream(stream_id="wanting"))
    deletes = following(a_stream(stream_id="deletes", events_delivered=frozenset({DELETE})))
    another = following(a_stream(stream_id="another", tenant="another"))
    younger = following(a_stream(stream_id="younger", created=created_at(NOW + 1)))
    outboxes = outboxes_with(wanting, deletes, another, younger)

    told = outboxes.share_out([logged(1)])

    assert told == {"wanting"}
    assert [outbox.pending for outbox in (wanting, deletes, another, younger)] == [1, 0, 0, 0]


def test_an_event_without_data_is_not_for_a_stream_of_full_events_alone() -> None:
    tailing, lagging = following(), an_outbox(a_stream(stream_id="lagging"))
    outboxes = outboxes_with(tailing)
    event = logged(1, kind="patch", data=None, attributes=("password",))

    told = outboxes.share_out([event])
    lagging.load(Page(after=0, pending=(Pending(event),), scanned=1), end=1)

    assert told == set()
    assert [(outbox.pending, outbox.cursor(1)) for outbox in (tailing, lagging)] == [(0, 1)] * 2


def test_streams_share_the_very_same_event() -> None:
    members = [following(a_stream(stream_id=f"stream-{number}")) for number in range(1000)]

    outboxes_with(*members).share_out([event := logged(1)])

    assert all(
        member.backlog.oldest is not None and member.backlog.oldest.logged is event
        for member in members
    )


def test_a_removed_stream_gets_nothing() -> None:
    outbox = following()
    outboxes = outboxes_with(outbox)

    outboxes.remove(STREAM.stream_id)

    assert outboxes.share_out([logged(1)]) == set()
    assert outboxes.get(STREAM.stream_id) is None


def test_a_stream_that_delivers_other_events_takes_the_place_of_the_old_one() -> None:
    creates = following(a_stream(events_delivered=frozenset({CREATE_FULL})))
    deletes = following(a_stream(events_delivered=frozenset({DELETE})))
    outboxes = outboxes_with(creates)

    outboxes.put(deletes)
    outboxes.share_out([logged(1), logged(2, kind="delete")])

    assert (creates.pending, deletes.pending) == (0, 1)


def test_the_cursor_of_a_stream_with_nothing_pending_is_the_end_of_the_log() -> None:
    assert following().cursor(end=70) == 70


def test_the_cursor_stays_before_what_is_pending() -> None:
    outbox = following()
    outboxes_with(outbox).share_out([logged(1), logged(2)])

    assert outbox.cursor(end=2) == 0


def test_the_cursor_of_a_lagging_stream_is_how_far_it_has_looked() -> None:
    assert an_outbox(cursor=5, end=90).cursor(end=90) == 5


def test_a_stream_with_a_full_window_lags_and_counts_what_it_has_not_loaded() -> None:
    outbox = following()
    tail = [logged(position) for position in range(1, WINDOW + 3)]

    outboxes_with(outbox).share_out(tail)

    assert (len(outbox.backlog), outbox.lagging, outbox.pending) == (WINDOW, True, WINDOW + 2)
    assert outbox.scanned == WINDOW


def test_a_lagging_stream_catches_up_page_by_page() -> None:
    outbox = an_outbox(unsettled=3, end=9)

    outbox.load(Page(after=0, pending=(pending(2), pending(4)), scanned=4), end=9)
    assert (outbox.lagging, outbox.pending) == (True, 3)
    outbox.load(Page(after=4, pending=(pending(7),), scanned=9), end=9)

    assert (outbox.lagging, outbox.pending, len(outbox.backlog)) == (False, 3, 3)


def test_a_page_that_comes_twice_is_taken_once() -> None:
    outbox = an_outbox(unsettled=1, end=4)
    page = Page(after=0, pending=(pending(2),), scanned=4)

    outbox.load(page, end=4)
    outbox.load(page, end=4)

    assert len(outbox.backlog) == 1


def test_an_event_that_the_tail_had_before_a_second_reader_s_page_is_not_taken_twice() -> None:
    outbox = an_outbox()
    outboxes = outboxes_with(outbox)
    outbox.load(Page(after=0, pending=(), scanned=0), end=0)
    outboxes.share_out([event := logged(1)])

    outbox.load(Page(after=0, pending=(Pending(event),), scanned=1), end=1)
    (taken,) = outbox.backlog.take(2, now=0.0)

    assert outbox.backlog.settle(taken)
    assert outbox.pending == 0


def test_an_event_that_a_page_had_before_the_tail_is_not_taken_twice() -> None:
    outbox = an_outbox()
    outboxes = outboxes_with(outbox)
    outbox.load(Page(after=0, pending=(pending(1),), scanned=1), end=outboxes.end)

    outboxes.share_out([logged(1), logged(2)])

    assert (outbox.lagging, outbox.pending) == (False, 2)


def test_an_event_between_the_page_and_its_arrival_is_not_missed() -> None:
    outbox = an_outbox()
    outboxes = outboxes_with(outbox)
    outboxes.share_out([logged(1)])

    outbox.load(Page(after=0, pending=(), scanned=0), end=outboxes.end)

    assert (outbox.lagging, outbox.pending) == (True, 1)


def test_what_is_dropped_is_not_pending_and_what_comes_later_is() -> None:
    outbox = following()
    outboxes = outboxes_with(outbox)
    outboxes.share_out([logged(1), logged(2), logged(3)])

    outbox.drop_through(2, end=3)

    assert (outbox.pending, outbox.cursor(end=3)) == (1, 2)


def test_a_lagging_stream_drops_what_it_has_not_even_looked_at() -> None:
    outbox = an_outbox(unsettled=50, end=90)

    outbox.drop_through(90, end=90)

    assert (outbox.pending, outbox.cursor(end=90), outbox.lagging) == (0, 90, False)


def test_a_closed_outbox_keeps_its_cursor_however_long_the_log_grows() -> None:
    outbox = following()
    outboxes_with(outbox).share_out([logged(1)])

    outbox.close(end=1)

    assert (outbox.cursor(end=99), outbox.is_sending) == (0, False)


def test_the_oldest_pending_event_says_when_it_was_committed() -> None:
    outbox = following()
    outboxes_with(outbox).share_out([logged(1, committed=NOW + 5)])

    assert (outbox.oldest_pending, following().oldest_pending) == (NOW + 5, 0)
