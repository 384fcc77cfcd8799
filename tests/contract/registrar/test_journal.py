"""What every journal does for its readers."""

import asyncio
from dataclasses import replace

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.domain.errors import EpochChangedError
from ssf_registrar.domain.journal import Cursor, JournalEntry
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.streams import Streams

LONG = 60.0


async def add_streams(streams: Streams, *stream_ids: str) -> None:
    for stream_id in stream_ids:
        await streams.add(a_stream(stream_id=stream_id))


def stream_ids(entries: tuple[JournalEntry, ...]) -> list[str | None]:
    return [entry.stream_id for entry in entries]


async def test_an_empty_journal_has_a_cursor_to_read_on_from(
    streams: Streams, journal: Journal
) -> None:
    empty = await journal.read(None, limit=10, wait=0)
    await add_streams(streams, "a")

    page = await journal.read(empty.next_cursor, limit=10, wait=0)

    assert empty.entries == ()
    assert stream_ids(page.entries) == ["a"]


async def test_pages_follow_each_other_without_gap_or_repetition(
    streams: Streams, journal: Journal
) -> None:
    await add_streams(streams, "a", "b", "c")

    first = await journal.read(None, limit=2, wait=0)
    second = await journal.read(first.next_cursor, limit=2, wait=0)
    third = await journal.read(second.next_cursor, limit=2, wait=0)

    assert stream_ids(first.entries) == ["a", "b"]
    assert stream_ids(second.entries) == ["c"]
    assert third == replace(second, entries=())


async def test_entries_of_concurrent_changes_are_all_read_once(
    streams: Streams, journal: Journal
) -> None:
    names = [f"s{number:02}" for number in range(40)]
    seen: list[str | None] = []

    async def read_all() -> None:
        cursor = None
        while len(seen) < len(names):
            page = await journal.read(cursor, limit=7, wait=LONG)
            cursor = page.next_cursor
            seen.extend(stream_ids(page.entries))

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(read_all())
        for name in names:
            tasks.create_task(add_streams(streams, name))

    assert sorted(map(str, seen)) == names


async def test_a_waiting_reader_has_an_entry_as_soon_as_there_is_one(
    streams: Streams, journal: Journal
) -> None:
    waiting = asyncio.create_task(journal.read(None, limit=10, wait=LONG))
    # the reader looks, and finds nothing
    await journal.read(None, limit=10, wait=0)

    await add_streams(streams, "a")

    page = await asyncio.wait_for(waiting, 10)
    assert stream_ids(page.entries) == ["a"]


async def test_a_reader_who_waited_in_vain_keeps_its_place(
    streams: Streams, journal: Journal
) -> None:
    await add_streams(streams, "a")
    first = await journal.read(None, limit=10, wait=0)

    page = await journal.read(first.next_cursor, limit=10, wait=0.01)

    assert page == replace(first, entries=())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda cursor: replace(cursor, epoch="another"), id="of another epoch"),
        pytest.param(lambda cursor: replace(cursor, position=999), id="not reached yet"),
    ],
)
async def test_a_cursor_of_another_journal_is_refused(journal: Journal, change: object) -> None:
    assert callable(change)
    page = await journal.read(None, limit=1, wait=0)
    foreign: Cursor = change(page.next_cursor)

    with pytest.raises(EpochChangedError, match="list the streams anew"):
        await journal.read(foreign, limit=1, wait=0)
