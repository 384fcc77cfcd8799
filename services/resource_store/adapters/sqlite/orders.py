"""Orders as SQL: each is that of an index, which a page is read from where the last one ended."""

from dataclasses import replace

from resource_store.adapters.sqlite.rows import COLUMNS
from resource_store.adapters.sqlite.sort_keys import kept_key
from resource_store.adapters.sqlite.sources import OF_TYPE, Sql, among, having, within
from resource_store.domain.candidate_sets import Candidates, Keyed, Ranged, Source, Timed
from resource_store.domain.ordering import Window
from resource_store.domain.sort_orders import ById, ByKey, ByTime, SortOrder
from resource_store.ports.resources import TypedFilter


def marks_along(
    order: SortOrder, tenant: str, typed: TypedFilter, found: Candidates | None, window: Window
) -> Sql:
    """Return what selects keys and ids within a window, where indexes tell the matches."""
    match order:
        case ByKey(path):
            table, column = "index_keys", "key"
            where, values = _keys_among(path, tenant, typed, found, window)
        case ByTime(field):
            table, column = "resources", field
            where, values = _times_among(field, tenant, typed, found, window)
        case _:
            table, column, (where, values) = _by_id(tenant, typed, found)
    where, values = _beyond(order, window, column, (where, values))
    ordering = _direction(window, column, "id")
    statement = f"SELECT {column}, id FROM {table} WHERE {where} ORDER BY {ordering}"  # noqa: S608 constants
    return f"{statement} LIMIT ? OFFSET ?", (*values, window.limit, window.skip)


def looking_along(
    order: SortOrder, tenant: str, typed: TypedFilter, found: Candidates | None, window: Window
) -> Sql:
    """Return what selects candidates beyond the window's mark, to be looked at in its order."""
    if isinstance(order, ByKey):
        where, values = _keys_among(order.path, tenant, typed, found, window)
        where, values = _beyond(order, window, "key", (where, values))
        columns = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
        # Left to itself, SQLite might go through the resources and sort them.
        keys = f"SELECT key, id AS found FROM index_keys WHERE {where}"  # noqa: S608 constants
        joined = f"({keys}) CROSS JOIN resources r ON r.tenant = ? AND r.id = found"
        ordering = _direction(window, "key", "found")
        return f"SELECT {columns} FROM {joined} ORDER BY {ordering}", (*values, tenant)  # noqa: S608 constants
    column, condition = "NULL", among(tenant, typed, found)
    if isinstance(order, ByTime):
        column, condition = order.field, _times_among(order.field, tenant, typed, found, window)
    where, values = _beyond(order, window, column, condition)
    ordering = _direction(window, column, "id")
    return f"SELECT {COLUMNS} FROM resources WHERE {where} ORDER BY {ordering}", values  # noqa: S608 constants


def _by_id(tenant: str, typed: TypedFilter, found: Candidates | None) -> tuple[str, str, Sql]:
    """Take what has one key from the index, whose order is that of the ids, a page and no more."""
    if found is not None and isinstance(found.source, Keyed):
        return "index_keys", "NULL", having(found.source.key, tenant, typed.resource_type.name)
    return "resources", "NULL", among(tenant, typed, found)


def _keys_among(
    path: str, tenant: str, typed: TypedFilter, found: Candidates | None, window: Window
) -> Sql:
    if isinstance(source := _left(found, window), Ranged) and source.path == path:
        _, condition = within(source, tenant, typed.resource_type.name)
        return condition
    where, values = among(tenant, typed, found)
    rest = where.removeprefix(OF_TYPE)
    return f"{OF_TYPE} AND path = ?{rest}", (*values[:2], path, *values[2:])


def _times_among(
    field: str, tenant: str, typed: TypedFilter, found: Candidates | None, window: Window
) -> Sql:
    if isinstance(source := _left(found, window), Timed) and source.field == field:
        _, condition = within(source, tenant, typed.resource_type.name)
        return condition
    return among(tenant, typed, found)


def _left(found: Candidates | None, window: Window) -> Source | None:
    """Return what of an interval is not behind a window's mark, so that it begins there.

    Of two bounds, SQLite begins at whichever it likes.
    """
    source, mark = found.source if found else None, window.beyond
    if mark is None or mark.key is None or not isinstance(source, Ranged | Timed):
        return source
    if window.is_reversed:
        interval = replace(source.interval, high=mark.key, includes_high=True)
    else:
        interval = replace(source.interval, low=mark.key, includes_low=True)
    return replace(source, interval=interval)


def _beyond(order: SortOrder, window: Window, column: str, condition: Sql) -> Sql:
    """Return a condition narrowed to what is beyond the window's mark."""
    where, values = condition
    if window.beyond is None:
        return condition
    key, after = window.beyond.key, window.beyond.id
    comparison = "<" if window.is_reversed else ">"
    if isinstance(order, ById):
        return f"{where} AND id {comparison} ?", (*values, after)
    return f"{where} AND ({column}, id) {comparison} (?, ?)", (*values, kept_key(key), after)


def _direction(window: Window, column: str, last: str) -> str:
    direction = "DESC" if window.is_reversed else "ASC"
    first = "" if column == "NULL" else f"{column} {direction}, "
    return f"{first}{last} {direction}"
