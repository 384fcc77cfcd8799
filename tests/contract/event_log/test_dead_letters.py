"""What every storage of dead letters does."""

import pytest
from support.routed_sets import a_received_set
from support.transmitter_events import NOW, a_stream, an_event

from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.dead_letters import UNDELIVERED, LetterPlace, letter_place
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.progress import DeadLetter, Progress
from set_transmitter.domain.received_sets import events_to_log
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.dead_letters import DeadLetters
from set_transmitter.ports.event_log import EventLog

STREAM = a_stream()
OTHER = a_stream(stream_id="otherotherot")
FOREIGN = a_stream(stream_id="foreignforei", tenant="foreign")
SID = STREAM.stream_id


def letter(position: int, stream: Stream = STREAM, *, err: str = "invalid_request") -> DeadLetter:
    jti = f"first-name-{position}-{stream.stream_id}"
    subject = f"/Users/{'ann' if position % 2 else 'bob'}"
    return DeadLetter(stream.stream_id, position, jti, err, "no", subject, "urn:x", NOW + position)


def event(number: int) -> Event:
    """Return the event at a position: of ann where that is odd, else of bob."""
    kind = "create" if number < 3 else "patch"
    subject = f"/Users/{'ann' if number % 2 else 'bob'}"
    return an_event(txn=str(number), kind=kind, subject_uri=subject, committed=NOW + number)


async def set_aside(logbook: Logbook, *letters: DeadLetter) -> None:
    for each in letters:
        await logbook.deliveries.keep(each.stream_id, {each.position: "a.b.c"})
        progress = Progress(each.stream_id, 0, dead_letters=(each,))
        await logbook.deliveries.record([progress])


@pytest.fixture(autouse=True)
async def five_events(logbook: Logbook) -> None:
    await logbook.log.append([event(number) for number in range(1, 6)], feed_cursor="5")
    for stream in (STREAM, OTHER, FOREIGN):
        await logbook.deliveries.open(stream)


async def test_letters_are_read_page_by_page(logbook: Logbook, dead_letters: DeadLetters) -> None:
    mine = [letter(1), letter(2), letter(2, OTHER), letter(3)]
    await set_aside(logbook, *mine, letter(1, FOREIGN))
    read: list[DeadLetter] = []
    after: LetterPlace | None = None

    while page := await dead_letters.page("default", stream_id=None, after=after, limit=1):
        read += page
        after = letter_place(page[-1])

    assert sorted(read, key=str) == sorted(mine, key=str)
    assert [each.at for each in read] == sorted(each.at for each in read)


async def test_letters_of_one_stream_are_read_alone(
    logbook: Logbook, dead_letters: DeadLetters
) -> None:
    await set_aside(logbook, letter(1), letter(2, OTHER))

    page = await dead_letters.page("default", stream_id=SID, after=None, limit=9)

    assert page == [letter(1)]


async def test_a_letter_is_found_with_its_event(
    logbook: Logbook, dead_letters: DeadLetters
) -> None:
    await set_aside(logbook, letter(2))

    found = await dead_letters.find("default", SID, 2)

    assert found is not None
    assert (found.letter, found.logged) == (letter(2), LoggedEvent(2, event(2)))
    assert await dead_letters.find("foreign", SID, 2) is None
    assert await dead_letters.find("default", SID, 1) is None


async def test_the_first_letters_are_those_first_in_the_log(
    logbook: Logbook, dead_letters: DeadLetters
) -> None:
    await set_aside(logbook, letter(3), letter(1), letter(2))

    found = await dead_letters.first("default", SID, limit=2)

    assert [each.letter for each in found] == [letter(1), letter(2)]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        pytest.param([letter(5)], set(), id="nothing came later"),
        pytest.param([letter(1)], {1}, id="something of the subject came later"),
        pytest.param([letter(4)], set(), id="only something of another subject came later"),
        pytest.param([letter(1), letter(3), letter(5)], set(), id="all of it was refused"),
        pytest.param([letter(1), letter(3)], {1, 3}, id="some of it was not"),
        pytest.param(
            [letter(3), letter(5, err=UNDELIVERED)], {3}, id="what was given up may have arrived"
        ),
        pytest.param([], set(), id="none"),
    ],
)
async def test_a_letter_is_overtaken_by_what_is_told_of_its_subject(
    letters: list[DeadLetter], expected: set[int], logbook: Logbook, dead_letters: DeadLetters
) -> None:
    await set_aside(logbook, *letters)

    assert await dead_letters.overtaken(STREAM, letters) == expected


async def test_what_is_not_for_the_stream_overtakes_nothing(
    logbook: Logbook, dead_letters: DeadLetters, log: EventLog
) -> None:
    await log.append([an_event(subject_uri="/Users/ann", tenant="foreign")], feed_cursor="6")
    await log.append([an_event(subject_uri="/Users/ann", kind="completion")], feed_cursor="7")
    await log.append([an_event(subject_uri="/Users/ann", kind="put")], feed_cursor="8")
    await set_aside(logbook, letter(5))

    assert await dead_letters.overtaken(STREAM, [letter(5)]) == frozenset()


async def test_a_replay_logs_events_for_the_stream_alone(
    logbook: Logbook, dead_letters: DeadLetters, log: EventLog
) -> None:
    await set_aside(logbook, letter(3), letter(5))

    logged = await dead_letters.replay(SID, [3, 5], [event(5)])

    assert logged == [LoggedEvent(6, event(5), SID)]
    assert (await log.end(), await log.feed_cursor()) == (6, "5")
    assert await dead_letters.first("default", SID, limit=9) == []
    assert (await logbook.deliveries.open(STREAM)).dead_letters == 0
    page = await logbook.deliveries.read(STREAM, after=5, limit=9)
    assert [each.logged for each in page.pending] == logged
    assert (await logbook.deliveries.read(OTHER, after=5, limit=9)).pending == ()


async def test_what_was_received_is_replayed_and_still_known(
    logbook: Logbook, dead_letters: DeadLetters
) -> None:
    received = events_to_log(a_received_set(), now=NOW)
    (first,) = await logbook.log.add_routed(received)
    await set_aside(logbook, letter(first.position))
    found = await dead_letters.find("default", SID, first.position)
    again = found.again(now=NOW) if found else None
    assert again is not None

    assert await dead_letters.replay(SID, [first.position], [again]) == [LoggedEvent(7, again, SID)]

    copy = await logbook.logged_events.get("default", 7)
    assert copy == LoggedEvent(7, again, SID)
    assert await logbook.log.add_routed(received) == []


async def test_a_replay_of_what_is_not_there_any_more_does_nothing(
    logbook: Logbook, dead_letters: DeadLetters, log: EventLog
) -> None:
    await set_aside(logbook, letter(3))

    logged = await dead_letters.replay(SID, [3, 5], [event(5)])

    assert (logged, await log.end()) == (None, 5)
    assert await dead_letters.find("default", SID, 3) is not None


async def test_a_replay_may_have_nothing_to_tell(
    logbook: Logbook, dead_letters: DeadLetters, log: EventLog
) -> None:
    await set_aside(logbook, letter(3))

    assert await dead_letters.replay(SID, [3], []) == []
    assert (await log.end(), await dead_letters.find("default", SID, 3)) == (5, None)


@pytest.mark.parametrize(
    ("tenant", "positions", "left"),
    [
        pytest.param("default", [3], [1], id="one"),
        pytest.param("default", [4], [1, 3], id="one that is not there"),
        pytest.param("default", None, [], id="all of the stream"),
        pytest.param("foreign", None, [1, 3], id="another tenant's"),
    ],
)
async def test_letters_are_dropped(
    tenant: str,
    positions: list[int] | None,
    left: list[int],
    logbook: Logbook,
    dead_letters: DeadLetters,
) -> None:
    await set_aside(logbook, letter(1), letter(3), letter(1, OTHER))

    dropped = await dead_letters.drop(tenant, SID, positions)

    assert dropped == 2 - len(left)
    found = await dead_letters.first("default", SID, limit=9)
    assert [each.letter.position for each in found] == left
    assert (await logbook.deliveries.open(STREAM)).dead_letters == len(left)
    assert (await logbook.deliveries.open(OTHER)).dead_letters == 1
