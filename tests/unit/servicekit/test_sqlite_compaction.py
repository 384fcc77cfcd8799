"""A file of which nothing shall be left of what was deleted."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servicekit.failures import StorageError
from servicekit.sqlite import Database

TABLE = "CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL)"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "words.sqlite3", [TABLE])
    yield opened
    await opened.close()


def add(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO words (word) VALUES ('unmistakable')")


def remove_all(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM words")


def count(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("SELECT count(*) FROM words").fetchone()
    return int(found)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_nothing_that_was_deleted_is_left(database: Database, tmp_path: Path) -> None:
    await asyncio.gather(*(database.write(add) for _ in range(300)))
    await database.write(remove_all)
    assert b"unmistakable" in bytes_of(tmp_path)

    await database.compact()

    assert b"unmistakable" not in bytes_of(tmp_path)


async def test_others_read_and_write_beside_it(database: Database) -> None:
    await asyncio.gather(
        *(database.write(add) for _ in range(100)),
        database.compact(),
        *(database.read(count) for _ in range(20)),
        *(database.write(add) for _ in range(100)),
        database.compact(),
    )

    assert await database.read(count) == 200


async def test_a_reader_that_holds_on_is_told_of(database: Database, tmp_path: Path) -> None:
    await database.write(add)
    holding = sqlite3.connect(tmp_path / "words.sqlite3", isolation_level=None)
    # Otherwise each attempt would wait for half a minute.
    database._writer_connection.execute("PRAGMA busy_timeout = 0")
    holding.execute("BEGIN")
    count(holding)

    with pytest.raises(StorageError, match="not rewritten"):
        await database.compact()

    holding.close()
    await database.compact()
    assert await database.read(count) == 1
