"""What several replicas of ssf-registrar owe each other on one MongoDB database."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from pymongo import MongoClient
from support.eventually import eventually
from support.registrar_storage import mongo_replica, mongo_storage
from support.registrar_streams import a_stream

from servicekit.bearer import token_hash
from servicekit.failures import StartError
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.commands.ensure_keys import EnsureKeys
from ssf_registrar.domain.journal import JournalKind
from ssf_registrar.domain.tokens import admin_token

REPLICAS = 8
LONG = 60.0
OTHER_KEY = "A" * 42 + "E"

CHANGE_WITHOUT_END = """
import asyncio, sys
from servicekit.mongo import open_mongo
from servicekit.signals import News
from ssf_registrar.adapters.mongo.changes import Changes
from ssf_registrar.adapters.mongo.schema import MIGRATIONS

async def main():
    async with open_mongo(sys.argv[1], "ssf-registrar", MIGRATIONS) as database:
        async def change(turn):
            print("in the middle", flush=True)
            await asyncio.Event().wait()
        await Changes(database, News()).make(change)

asyncio.run(main())
"""


@pytest.fixture
async def replicas(mongo_url: str) -> AsyncIterator[tuple[Storage, Storage]]:
    async with mongo_replica(mongo_url) as first, mongo_replica(mongo_url) as second:
        yield first, second


async def first_start(storage: Storage) -> None:
    await EnsureKeys(storage.keys)("default")
    await storage.tokens.replace(admin_token(token_hash("of the admin")))


async def test_a_first_start_of_many_at_once_is_one_first_start(mongo_url: str) -> None:
    async with AsyncExitStack() as stack:
        opening = [stack.enter_async_context(mongo_storage(mongo_url)) for _ in range(REPLICAS)]
        storages = await asyncio.gather(*opening)
        await asyncio.gather(*map(first_start, storages))
        pages = [await storage.journal.read(None, limit=100, wait=0) for storage in storages]
        keys = [await storage.keys.public_keys("default") for storage in storages]
        signing = [await storage.keys.current_key("default", "RS256") for storage in storages]

    key, token = JournalKind.KEY_ROTATED, JournalKind.TOKEN_CHANGED
    assert sorted(entry.kind for entry in pages[0].entries) == [key, key, key, key, token]
    assert len(keys[0]) == 4
    assert pages == pages[:1] * REPLICAS
    assert keys == keys[:1] * REPLICAS
    assert signing == signing[:1] * REPLICAS


async def test_of_two_master_keys_at_a_first_start_one_wins(mongo_url: str) -> None:
    async def opened(master_key: str) -> str:
        async with mongo_storage(mongo_url, master_key=master_key) as storage:
            await first_start(storage)
        return master_key

    given = ["A" * 43, OTHER_KEY]
    results = await asyncio.gather(*map(opened, given), return_exceptions=True)

    (winner,) = (result for result in results if isinstance(result, str))
    (refusal,) = (result for result in results if isinstance(result, StartError))
    assert str(refusal).startswith("HELIOGRAPH_MASTER_KEY is not the master key that")
    assert await opened(winner) == winner


@pytest.mark.parametrize(
    ("master_key", "what"),
    [
        pytest.param(None, "HELIOGRAPH_MASTER_KEY is not set, and with MongoDB no", id="missing"),
        pytest.param(OTHER_KEY, "HELIOGRAPH_MASTER_KEY is not the master key that", id="another"),
        pytest.param("c2hvcnQ", "HELIOGRAPH_MASTER_KEY must hold 32 bytes", id="too short"),
    ],
)
async def test_a_later_start_without_the_master_key_is_refused(
    mongo_url: str, master_key: str | None, what: str
) -> None:
    async with mongo_storage(mongo_url):
        pass

    with pytest.raises(StartError, match=what):
        async with mongo_storage(mongo_url, master_key=master_key):
            pass


async def test_a_reader_follows_what_all_replicas_write_in_one_order(
    replicas: tuple[Storage, Storage],
) -> None:
    names = [f"s{number:02}" for number in range(20)]

    async def read_all(storage: Storage) -> list[str | None]:
        seen: list[str | None] = []
        cursor = None
        while len(seen) < len(names):
            page = await storage.journal.read(cursor, limit=3, wait=LONG)
            cursor = page.next_cursor
            seen.extend(entry.stream_id for entry in page.entries)
        return seen

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(read_all(storage)) for storage in replicas]
        for number, name in enumerate(names):
            tasks.create_task(replicas[number % 2].streams.add(a_stream(stream_id=name)))

    first, second = (reader.result() for reader in readers)
    assert sorted(map(str, first)) == names
    assert second == first


async def test_what_one_replica_writes_is_news_to_the_others(
    replicas: tuple[Storage, Storage],
) -> None:
    writer, reader = replicas
    await eventually(lambda: reader.news.edition > 0)
    before = reader.news.edition

    await writer.streams.add(a_stream())

    await eventually(lambda: reader.news.edition > before)


async def test_a_reader_finds_what_others_wrote_even_when_nothing_watches(mongo_url: str) -> None:
    async with mongo_storage(mongo_url) as writer, mongo_storage(mongo_url) as reader:
        waiting = asyncio.create_task(reader.journal.read(None, limit=10, wait=LONG))
        await reader.journal.read(None, limit=10, wait=0)

        await writer.streams.add(a_stream())

        page = await asyncio.wait_for(waiting, 20)
    assert [entry.stream_id for entry in page.entries] == ["s1"]


async def test_a_broken_watch_is_opened_again(
    replicas: tuple[Storage, Storage], mongo_url: str
) -> None:
    writer, reader = replicas
    await eventually(lambda: reader.news.edition > 0)
    before = reader.news.edition

    await eventually(lambda: kill_watches(mongo_url) == len(replicas))
    await eventually(lambda: reader.news.edition > before)
    reopened = reader.news.edition
    await writer.streams.add(a_stream())

    await eventually(lambda: reader.news.edition > reopened)


async def test_a_replica_that_dies_within_a_change_holds_nobody_up(mongo_url: str) -> None:
    async with mongo_storage(mongo_url) as survivor:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-c", CHANGE_WITHOUT_END, mongo_url],
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"in the middle\n"
        process.kill()
        await process.wait()

        # The server itself would give the transaction up after 60 s.
        await asyncio.wait_for(survivor.streams.add(a_stream(stream_id="later")), 40)

        page = await survivor.journal.read(None, limit=10, wait=0)
    assert [entry.stream_id for entry in page.entries] == ["later"]


def kill_watches(url: str) -> int:
    """Kill what the database does just now for change streams; return for how many."""
    watches = {"cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}
    with MongoClient[dict[str, object]](url) as client:
        found = list(
            client.admin.aggregate([{"$currentOp": {}}, {"$match": {**watches, "op": "getmore"}}])
        )
        for operation in found:
            client.admin.command("killOp", op=operation["opid"])
    return len(found)
