"""The request log in an embedded database."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import orjson

from scim_gateway.adapters.entry_json import (
    line_json,
    nested_string,
    parse_entry,
    parse_line,
    rest_json,
)
from scim_gateway.adapters.sqlite.schema import MIGRATIONS
from scim_gateway.domain.request_log import Entry, Line, Selection, earliest_id
from servicekit.failures import StorageError
from servicekit.sqlite import Database, Operation, T

_ADD: Final = "INSERT INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_ABOUT: Final = "INSERT INTO about VALUES (?, ?) ON CONFLICT DO NOTHING"
_READ: Final = "SELECT line, rest FROM request WHERE tenant = ? AND id = ?"
_REMOVE: Final = """
    DELETE FROM request WHERE id IN (SELECT id FROM request WHERE id < ? ORDER BY id LIMIT ?)
"""
_FORGET: Final = """
    DELETE FROM request WHERE tenant = ?1 AND (
        id IN (SELECT id FROM about WHERE named IN (SELECT value FROM json_each(?2)))
        OR instr(rest, ?3)
    )
"""
_REMOVE_OF_TENANT: Final = """
    DELETE FROM request WHERE id IN (SELECT id FROM request WHERE tenant = ? LIMIT ?)
"""
_AT_ONCE: Final = 500
"""Entries that are removed in one transaction; those who add wait for it."""
_EVERY_ID: Final = "~"


class SqliteRequestLog:
    """Keeps entries in a file that is one process's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries."""
        rows = [_row(entry) for entry in entries]
        about = [(named, entry.line.id) for entry in entries for named in entry.about]

        def add_all(connection: sqlite3.Connection) -> None:
            connection.executemany(_ADD, rows)
            connection.executemany(_ABOUT, about)

        await self._database.write(add_all)

    async def read(self, tenant: str, entry_id: str) -> Entry | None:
        """Return an entry."""
        row = await self._read(
            lambda connection: connection.execute(_READ, (tenant, entry_id)).fetchone()
        )
        return None if row is None else parse_entry(*row)

    async def page(
        self, selected: Selection, *, beyond: str, is_newest_first: bool, limit: int
    ) -> Sequence[Line]:
        """Return a page of a selection."""
        wanted, values = _of(selected)
        if beyond:
            wanted += " AND id < ?" if is_newest_first else " AND id > ?"
            values = (*values, beyond)
        order = "DESC" if is_newest_first else "ASC"
        statement = f"""
            SELECT line FROM request WHERE {wanted} ORDER BY id {order} LIMIT ?
        """  # noqa: S608  the conditions are constants
        rows = await self._read(
            lambda connection: connection.execute(statement, (*values, limit)).fetchall()
        )
        return [parse_line(line) for (line,) in rows]

    async def forget(self, tenant: str, about: frozenset[str], *, quoted: str) -> int:
        """Remove what is about some names."""
        wanted = (tenant, orjson.dumps(sorted(about)).decode(), nested_string(quoted))
        removed = await self._database.write(lambda c: c.execute(_FORGET, wanted).rowcount)
        await self._database.compact()
        return removed

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove entries of a tenant, and with them what they are found by."""
        return await self._database.write(
            lambda connection: connection.execute(_REMOVE_OF_TENANT, (tenant, limit)).rowcount
        )

    async def trim(self, *, before: int, max_bytes: int) -> int:
        """Remove what is too old, and then what is too much, a few at a time."""
        removed = 0
        while count := await self._database.write(lambda c: _remove(c, earliest_id(before))):
            removed += count
        while count := await self._database.write(lambda c: _remove_above(c, max_bytes)):
            removed += count
        return removed

    async def _read(self, operation: Operation[T]) -> T:
        try:
            return await self._database.read(operation)
        except sqlite3.Error as error:
            raise StorageError(f"the request log cannot be read: {error}") from error


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[SqliteRequestLog]:
    """Open the file, and close it after the last write. Raises `StartError`."""
    database = Database(path, MIGRATIONS, is_synced=False)
    try:
        yield SqliteRequestLog(database)
    finally:
        await database.close()


def _row(entry: Entry) -> tuple[object, ...]:
    line = entry.line
    searched = (line.id, line.tenant, line.status, line.method, line.path, line.principal)
    return (*searched, line_json(line), rest_json(entry))


def _of(selected: Selection) -> tuple[str, tuple[object, ...]]:
    """Return a condition on entries, and its values."""
    conditions = ["tenant = ?", "id >= ?", "id < ?", "status BETWEEN ? AND ?"]
    values: list[object] = [
        selected.tenant,
        earliest_id(selected.answered_from),
        earliest_id(selected.answered_before),
        selected.status_from,
        selected.status_to,
    ]
    for condition, value in (
        ("method = ?", selected.method),
        ("instr(path, ?)", selected.path),
        ("principal = ?", selected.principal),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    for named in sorted(selected.about):
        conditions.append("id IN (SELECT id FROM about WHERE named = ?)")
        values.append(named)
    return " AND ".join(conditions), tuple(values)


def _remove(connection: sqlite3.Connection, before: str) -> int:
    return connection.execute(_REMOVE, (before, _AT_ONCE)).rowcount


def _remove_above(connection: sqlite3.Connection, max_bytes: int) -> int:
    """Remove some of the oldest while what is in use of the file is above the size."""
    pages, free, page_bytes = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    used = (pages - free) * page_bytes
    if used <= max_bytes:
        return 0
    (entries,) = connection.execute("SELECT count(*) FROM request").fetchone()
    # By their share: entries are of all sizes, so what is left over is found in the next round.
    surplus = entries * (used - max_bytes) // used + 1
    return connection.execute(_REMOVE, (_EVERY_ID, min(surplus, _AT_ONCE))).rowcount
