"""Records of what was done, so that it is not done again."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from resource_store.adapters.sqlite.selecting import rows_in
from resource_store.adapters.waves import TenantIdentity
from resource_store.domain.decisions import Identity, IdentityKind
from resource_store.domain.repetition import KEPT, Done
from resource_store.domain.resources import Ref

_MICROSECOND = timedelta(microseconds=1)
_PRUNED_EVERY = 64
_PRUNED_AT_ONCE = 2 * _PRUNED_EVERY

_FIND: Final = {
    IdentityKind.TRANSACTION: """
        SELECT key, resource_type, id, deleted FROM transactions WHERE tenant = ? AND key IN
    """,
    IdentityKind.EFFECT: """
        SELECT key, resource_type, id, deleted FROM effects WHERE tenant = ? AND key IN
    """,
}
_REMEMBER: Final = {
    IdentityKind.TRANSACTION: """
        INSERT INTO transactions (tenant, key, made, resource_type, id, deleted)
        VALUES (?, ?, ?, ?, ?, ?)
    """,
    IdentityKind.EFFECT: """
        INSERT INTO effects (tenant, key, made, resource_type, id, deleted)
        VALUES (?, ?, ?, ?, ?, ?)
    """,
}
_FORGET: Final = {
    IdentityKind.TRANSACTION: """
        DELETE FROM transactions
        WHERE number IN (SELECT number FROM transactions ORDER BY number LIMIT ?) AND made < ?
    """,
    IdentityKind.EFFECT: """
        DELETE FROM effects
        WHERE number IN (SELECT number FROM effects ORDER BY number LIMIT ?) AND made < ?
    """,
}


def find(
    connection: sqlite3.Connection, identities: Iterable[TenantIdentity]
) -> dict[TenantIdentity, Done]:
    """Return what was done before, by the identities that it was done under."""
    keys: dict[tuple[str, IdentityKind], list[str]] = {}
    for tenant, identity in identities:
        keys.setdefault((tenant, identity.kind), []).append(identity.key)
    return {
        (tenant, Identity(kind, row[0])): Done(Ref(row[1], row[2]), deleted=bool(row[3]))
        for (tenant, kind), wanted in keys.items()
        for row in rows_in(connection, _FIND[kind], tenant, among=wanted)
    }


def remember(
    connection: sqlite3.Connection, done: Mapping[TenantIdentity, Done], *, now: int
) -> None:
    """Keep what was done; now and then, drop the oldest records, whose time is over."""
    rows: dict[IdentityKind, list[tuple[object, ...]]] = {}
    for (tenant, identity), each in done.items():
        row = (tenant, identity.key, now, each.ref.resource_type, each.ref.id, each.deleted)
        rows.setdefault(identity.kind, []).append(row)
    for kind, of_kind in rows.items():
        connection.executemany(_REMEMBER[kind], of_kind)
        _forget(connection, kind, len(of_kind), before=now - KEPT[kind] // _MICROSECOND)


def _forget(connection: sqlite3.Connection, kind: IdentityKind, added: int, *, before: int) -> None:
    (last,) = connection.execute("SELECT last_insert_rowid()").fetchone()
    due = last // _PRUNED_EVERY - (last - added) // _PRUNED_EVERY
    if due:
        connection.execute(_FORGET[kind], (due * _PRUNED_AT_ONCE, before))
