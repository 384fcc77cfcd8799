"""What every storage of stream configurations does."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.domain.feeds import Feed
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import (
    Delivery,
    Direction,
    Poll,
    Publisher,
    Push,
    ReceivePoll,
    ReceivePush,
    Reset,
    Status,
)
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.streams import StaleStreamError, Streams

STREAM = a_stream()


def told(kind: JournalKind, direction: Direction = Direction.TRANSMIT) -> JournalEntry:
    return JournalEntry(kind, "default", stream_id="s1", direction=direction)


async def entries_of(journal: Journal) -> tuple[JournalEntry, ...]:
    return (await journal.read(None, limit=100, wait=0)).entries


@pytest.mark.parametrize(
    "delivery",
    [
        Push("https://b.example/events", "Bearer remote"),
        Push("https://b.example/events", None),
        Poll(),
        ReceivePush("Bearer mine"),
        ReceivePoll("https://b.example/poll", "Bearer remote"),
        ReceivePoll("https://b.example/poll", None),
    ],
    ids=[
        "push",
        "push without a header",
        "poll",
        "receive push",
        "receive poll",
        "receive poll without a header",
    ],
)
async def test_a_stream_comes_back_as_it_was_stored(streams: Streams, delivery: Delivery) -> None:
    stream = a_stream(
        delivery=delivery,
        description=None,
        signing_algorithm=None,
        jwks_uri="https://b.example/jwks.json",
        status=Status.PAUSED,
        status_reason="full",
        revision=7,
        feed=Feed('userType eq "Employee"', ("userName", "name.familyName")),
        reset=Reset("epoch-1-s1", 0, 7),
    )

    await streams.add(stream)

    assert await streams.get("default", "s1") == stream


@pytest.mark.parametrize(
    "publisher",
    [Publisher("https://p.example/scim/v2", "Bearer secret"), Publisher("https://p.example", None)],
    ids=["with a header", "without a header"],
)
async def test_a_publisher_comes_back_as_it_was_stored(
    streams: Streams, publisher: Publisher
) -> None:
    stream = a_stream(delivery=ReceivePush("Bearer mine"), publisher=publisher)

    await streams.add(stream)

    assert await streams.get("default", "s1") == stream


async def test_a_new_stream_is_told_of(streams: Streams, journal: Journal) -> None:
    await streams.add(STREAM)

    assert await entries_of(journal) == (told(JournalKind.STREAM_CREATED),)


async def test_an_unknown_stream_is_none(streams: Streams) -> None:
    await streams.add(STREAM)

    assert await streams.get("default", "s2") is None
    assert await streams.get("other", "s1") is None


async def test_a_tenants_streams_come_in_the_order_in_which_they_were_made(
    streams: Streams,
) -> None:
    first = replace(STREAM, stream_id="z", created=1)
    second = replace(STREAM, stream_id="a", created=2)
    await streams.add(second)
    await streams.add(first)

    assert await streams.of_tenant("default") == (first, second)
    assert await streams.of_tenant("other") == ()


async def test_a_change_takes_the_place_of_the_revision_before(
    streams: Streams, journal: Journal
) -> None:
    changed = replace(STREAM, delivery=Poll(), status=Status.DISABLED, revision=2)
    await streams.add(STREAM)

    await streams.save(changed)

    assert await streams.get("default", "s1") == changed
    assert await entries_of(journal) == (
        told(JournalKind.STREAM_CREATED),
        told(JournalKind.STREAM_CHANGED),
    )


@pytest.mark.parametrize("revision", [1, 3], ids=["the stored revision", "one too far"])
async def test_a_stale_change_stores_and_tells_nothing(
    streams: Streams, journal: Journal, revision: int
) -> None:
    await streams.add(STREAM)

    with pytest.raises(StaleStreamError):
        await streams.save(replace(STREAM, description="stale", revision=revision))

    assert await streams.get("default", "s1") == STREAM
    assert await entries_of(journal) == (told(JournalKind.STREAM_CREATED),)


async def test_a_change_of_a_removed_stream_is_stale(streams: Streams) -> None:
    with pytest.raises(StaleStreamError):
        await streams.save(replace(STREAM, revision=2))

    assert await streams.get("default", "s1") is None


async def test_a_removed_stream_is_gone_and_told_of_with_its_direction(
    streams: Streams, journal: Journal
) -> None:
    await streams.add(replace(STREAM, delivery=ReceivePush("Bearer mine")))

    assert await streams.remove("default", "s1") is True

    assert await streams.get("default", "s1") is None
    assert await entries_of(journal) == (
        told(JournalKind.STREAM_CREATED, Direction.RECEIVE),
        told(JournalKind.STREAM_DELETED, Direction.RECEIVE),
    )


async def test_removing_what_is_not_there_tells_nothing(streams: Streams, journal: Journal) -> None:
    await streams.add(STREAM)

    assert await streams.remove("other", "s1") is False

    assert await streams.get("default", "s1") == STREAM
    assert await entries_of(journal) == (told(JournalKind.STREAM_CREATED),)


async def test_a_snapshot_has_one_direction_and_the_cursor_after_it(
    streams: Streams, journal: Journal
) -> None:
    received = replace(STREAM, stream_id="r1", delivery=ReceivePush("Bearer mine"))
    await streams.add(STREAM)
    await streams.add(received)

    snapshot = await streams.snapshot(Direction.RECEIVE)
    await streams.remove("default", "s1")

    assert snapshot.streams == (received,)
    page = await journal.read(snapshot.cursor, limit=10, wait=0)
    assert page.entries == (told(JournalKind.STREAM_DELETED),)


async def test_an_authorization_header_is_nowhere_at_rest_in_the_clear(
    streams: Streams, at_rest: Callable[[], bytes]
) -> None:
    await streams.add(a_stream(delivery=Push("https://b.example/events", "Bearer conspicuous")))

    stored = at_rest()

    assert b"b.example/events" in stored
    assert b"conspicuous" not in stored
