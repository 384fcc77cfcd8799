"""Tenants that are purged, and everything that a database keeps of them."""

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path

from servicekit.mongo import Database, Document

GONE, STAYS = "gone", "stays"
MOST_STEPS = 10_000

Counts = Mapping[str, Mapping[str, int]]
"""How many rows or documents each table or collection has of each tenant, where it has any."""


async def until_nothing_is_left(step: Callable[[], Awaitable[float | None]]) -> int:
    """Repeat a step of a purge, and return how many there were."""
    for steps in range(1, MOST_STEPS):
        if await step() is None:
            return steps
    raise AssertionError(f"something is left after {MOST_STEPS} steps")


def tables_of(path: Path) -> dict[str, dict[str, str]]:
    """Return the tables of a file, with the types of their columns by name."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: dict(
                connection.execute(
                    "SELECT name, type FROM pragma_table_info(?)", (name,)
                ).fetchall()
            )
            for (name,) in names
        }


def fill_tables(
    path: Path, tables: Collection[str], *, rows: int = 3, **given: Collection[str]
) -> None:
    """Put rows into each of the tables for each value of a column, whatever its others.

    A table that has one row for each value gets that one.
    """
    ((column, values),) = given.items()
    types = tables_of(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, value in enumerate([value for value in values for _ in range(rows)], 1):
            for table in tables:
                row = [
                    value if name == column else _some(declared, number)
                    for name, declared in types[table].items()
                ]
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608


def rows_by(path: Path, tables: Collection[str], column: str) -> Counts:
    """Count the rows of tables by the values of a column."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: dict(
                connection.execute(
                    f"SELECT {column}, count(*) FROM {table} GROUP BY {column}"  # noqa: S608
                ).fetchall()
            )
            for table in tables
        }


async def documents_of(database: Database, tenant: str) -> dict[str, int]:
    """Count the documents in which a member anywhere has the tenant as its value."""
    counts = {}
    for name in await database.list_collection_names():
        found = [document async for document in database[name].find() if _names(document, tenant)]
        if found:
            counts[name] = len(found)
    return counts


def _some(declared: str, number: int) -> object:
    match declared.upper():
        case "INTEGER":
            return number
        case "BLOB":
            return str(number).encode()
        case _:
            return str(number)


def _names(value: Document | object, tenant: str) -> bool:
    match value:
        case dict():
            return any(_names(member, tenant) for member in value.values())
        case list():
            return any(_names(item, tenant) for item in value)
        case _:
            return value == tenant
