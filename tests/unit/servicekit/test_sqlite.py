"""The embedded database: shared commits, writes that fail alone, and a file that is full."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from servicekit.failures import StartError, StorageError
from servicekit.sqlite import Database, Operation

TABLE = "CREATE TABLE numbers (number INTEGER PRIMARY KEY)"


def inserting(number: int) -> Operation[int]:
    def insert(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        return number

    return insert


class FailingRollback(sqlite3.Connection):
    """Undoes what it is told to, and says that it could not."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        cursor = super().execute(sql, *values)
        if sql == "ROLLBACK" and not _is_reader(self):
            raise sqlite3.OperationalError("disk I/O error")
        return cursor


def _is_reader(connection: sqlite3.Connection) -> bool:
    (is_reader,) = sqlite3.Connection.execute(connection, "PRAGMA query_only").fetchone()
    return bool(is_reader)


def _out_of_room(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 2").close()
    connection.execute("CREATE TABLE filler AS SELECT zeroblob(1000000)")


def all_numbers(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM numbers ORDER BY number")]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "test.sqlite3", [TABLE])
    yield opened
    await opened.close()


async def test_a_write_gives_its_value_and_can_be_read(database: Database) -> None:
    value = await database.write(inserting(7))

    assert value == 7
    assert await database.read(all_numbers) == [7]


async def test_a_failing_write_is_undone_alone(database: Database) -> None:
    def half_done(connection: sqlite3.Connection) -> None:
        inserting(100)(connection)
        raise ValueError("no")

    outcomes = await asyncio.gather(
        database.write(inserting(1)),
        database.write(half_done),
        database.write(inserting(2)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert await database.read(all_numbers) == [1, 2]


def inserting_each(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[int | Exception]:
    """Refuse negative numbers, each alone; raise at a hundred, whatever it comes with."""
    outcomes: list[int | Exception] = []
    for number in numbers:
        if number < 0:
            outcomes.append(ValueError(number))
            continue
        outcomes.append(inserting(number)(connection))
        if number == 100:
            raise LookupError(number)
    return outcomes


async def test_each_item_has_its_outcome_in_order(database: Database) -> None:
    outcomes = await database.write_each(inserting_each, [("a", 3), ("b", -1), ("a", 1)])

    assert (outcomes[0], outcomes[2], type(outcomes[1])) == (3, 1, ValueError)
    assert await database.read(all_numbers) == [1, 3]
    assert await database.write_each(inserting_each, []) == []


async def test_items_share_calls_and_commits(database: Database) -> None:
    statements: list[str] = []
    given: list[int] = []

    def noting(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[int | Exception]:
        given.append(len(numbers))
        return inserting_each(connection, numbers)

    await database.write(lambda connection: connection.set_trace_callback(statements.append))
    several = [[("lane", number) for number in range(first, 300, 3)] for first in range(3)]
    await asyncio.gather(*[database.write_each(noting, items) for items in several])

    kept = [*range(100), *range(101, 300)]
    assert await database.read(all_numbers) == kept
    assert max(given) == 64
    assert statements.count("COMMIT") < 20


async def test_where_the_items_of_a_call_fail_together_each_is_tried_alone(
    database: Database,
) -> None:
    items = [("lane", number) for number in (1, 100, 2)]

    outcomes = await database.write_each(inserting_each, items)

    assert (outcomes[0], outcomes[2], type(outcomes[1])) == (1, 2, LookupError)
    assert await database.read(all_numbers) == [1, 2]


async def test_waiting_writers_share_commits(database: Database) -> None:
    statements: list[str] = []
    await database.write(lambda connection: connection.set_trace_callback(statements.append))

    await asyncio.gather(*[database.write(inserting(number)) for number in range(200)])

    assert len(await database.read(all_numbers)) == 200
    assert statements.count("COMMIT") < 20


async def test_a_flood_in_one_lane_keeps_another_waiting_for_about_one_commit(
    database: Database,
) -> None:
    statements: list[str] = []
    gate = threading.Event()

    def hold(connection: sqlite3.Connection) -> None:
        gate.wait(20)
        connection.set_trace_callback(statements.append)

    holding = asyncio.create_task(database.write(hold))
    flood = [asyncio.create_task(database.write(inserting(n), lane="a")) for n in range(1000)]
    other = asyncio.create_task(database.write(inserting(1000), lane="b"))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(holding, other, *flood)

    before = statements[: statements.index("INSERT INTO numbers VALUES (1000)")]
    assert before.count("COMMIT") <= 1


async def test_what_was_written_is_found_after_a_new_start(tmp_path: Path) -> None:
    first = Database(tmp_path / "test.sqlite3", [TABLE])
    await first.write(inserting(1))
    await first.close()

    second = Database(
        tmp_path / "test.sqlite3", [TABLE, "ALTER TABLE numbers ADD COLUMN name TEXT"]
    )

    assert await second.read(all_numbers) == [1]
    await second.close()


async def test_a_file_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    await Database(tmp_path / "test.sqlite3", [TABLE, "SELECT 1"]).close()

    with pytest.raises(StartError, match="newer release"):
        Database(tmp_path / "test.sqlite3", [TABLE])


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test.sqlite3").write_text("hello " * 1000)

    with pytest.raises(StartError, match="cannot use"):
        Database(tmp_path / "test.sqlite3", [TABLE])


async def test_a_full_file_acknowledges_nothing_and_recovers(database: Database) -> None:
    def limit(pages: int) -> Operation[None]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").close()

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (zeroblob(10000000))")

    await database.write(limit(20))

    with pytest.raises((StorageError, sqlite3.OperationalError)):
        await database.write(fill)
    await database.write(limit(100_000))
    await database.write(inserting(1))

    assert await database.read(all_numbers) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO filler VALUES (zeroblob(1000))",
        "CREATE TABLE more AS SELECT zeroblob(1000000)",
    ],
    ids=["a little", "too much at once"],
)
async def test_a_write_that_finds_no_room_is_not_at_fault(
    database: Database, statement: str
) -> None:
    async def write_until_full() -> Exception:
        while True:
            try:
                await database.write(lambda connection: connection.execute(statement).close())
            except Exception as error:  # noqa: BLE001 the very thing to be looked at
                return error

    await database.write(lambda c: c.execute("CREATE TABLE filler (content BLOB)").close())
    await database.write(lambda c: c.execute("PRAGMA max_page_count = 20").close())

    assert isinstance(await write_until_full(), StorageError)


async def test_a_disk_that_fails_even_an_undoing_does_not_silence_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FailingRollback))
    database = Database(tmp_path / "test.sqlite3", [TABLE])

    with pytest.raises(StorageError):
        await asyncio.wait_for(database.write(_out_of_room), 5)
    await asyncio.wait_for(database.write(inserting(1)), 5)

    assert await database.read(all_numbers) == [1]
    await database.close()


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(inserting(1))


@pytest.mark.parametrize(("is_synced", "expected"), [(True, "FULL"), (False, "NORMAL")])
async def test_a_write_waits_for_the_disk_unless_nobody_was_promised_it(
    tmp_path: Path, *, is_synced: bool, expected: str
) -> None:
    database = Database(tmp_path / "numbers.sqlite3", [TABLE], is_synced=is_synced)

    level = await database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0])
    await database.close()

    assert ("OFF", "NORMAL", "FULL")[level] == expected
