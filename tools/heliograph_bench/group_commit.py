"""Durable writes: waiting writers that share a commit, beside one transaction of as many rows."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from heliograph_bench.measuring import Row, Way, compare
from servicekit.sqlite import Database

WRITERS = 64
COMMITS = 20
BODY = b"x" * 1500
TABLE = "CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)"


def _insert(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO rows (body) VALUES (?)", (BODY,))


def _insert_all(connection: sqlite3.Connection) -> None:
    for _ in range(WRITERS):
        _insert(connection)


async def group_commit() -> Row:
    """Measure 64 waiting writers against one direct transaction of 64 rows."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "bench.sqlite3", [TABLE])

        async def ours() -> int:
            for _ in range(COMMITS):
                await asyncio.gather(*[database.write(_insert) for _ in range(WRITERS)])
            return WRITERS * COMMITS

        async def reference() -> int:
            for _ in range(COMMITS):
                await database.write(_insert_all)
            return WRITERS * COMMITS

        row = await compare(
            "group commit: 64 waiting writers, beside one transaction of 64 rows",
            ours=Way(ours),
            reference=Way(reference),
            target="≥ 80 %",
        )
        await database.close()
        return row
