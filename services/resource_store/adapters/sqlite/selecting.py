"""Rows of many keys by one statement."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

Address = tuple[str, str]
"""Tenant and id."""

_MOST: Final = 512
"""Values in one statement; SQLite allows some thousands."""


def rows_in(
    connection: sqlite3.Connection, statement: str, *fixed: object, among: Collection[object]
) -> Iterator[tuple[Any, ...]]:
    """Return the rows of a statement that ends with `IN`, whatever the number of values.

    The values follow those that are `fixed`. Few lengths of lists occur, so that SQLite need not
    parse each anew.
    """
    values = list(among)
    for first in range(0, len(values), _MOST):
        part = values[first : first + _MOST]
        part += part[-1:] * (_length(len(part)) - len(part))
        marks = ", ".join("?" * len(part))
        yield from connection.execute(f"{statement} ({marks})", (*fixed, *part))


def by_tenant(addresses: Iterable[Address]) -> dict[str, list[str]]:
    """Return the ids of each tenant."""
    ids: dict[str, list[str]] = {}
    for tenant, resource_id in addresses:
        ids.setdefault(tenant, []).append(resource_id)
    return ids


def _length(count: int) -> int:
    """Return the next power of two."""
    return 1 << (count - 1).bit_length()
