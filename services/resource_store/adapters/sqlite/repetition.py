"""Records of what was done, so that it is not done again."""

import sqlite3
from datetime import timedelta
from typing import Final

from resource_store.domain.decisions import Identity, IdentityKind
from resource_store.domain.repetition import KEPT, Done
from resource_store.domain.resources import Ref

_MICROSECOND = timedelta(microseconds=1)
_PRUNED_EVERY = 64
_PRUNED_AT_ONCE = 2 * _PRUNED_EVERY

_FIND: Final = {
    IdentityKind.TRANSACTION: """
        SELECT resource_type, id, deleted FROM transactions WHERE tenant = ? AND key = ?
    """,
    IdentityKind.EFFECT: """
        SELECT resource_type, id, deleted FROM effects WHERE tenant = ? AND key = ?
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


def find(connection: sqlite3.Connection, tenant: str, identity: Identity | None) -> Done | None:
    """Return what was done under this identity before."""
    if identity is None:
        return None
    row = connection.execute(_FIND[identity.kind], (tenant, identity.key)).fetchone()
    return Done(Ref(row[0], row[1]), deleted=bool(row[2])) if row else None


def remember(
    connection: sqlite3.Connection, tenant: str, identity: Identity, *, done: Done, now: int
) -> None:
    """Keep what was done; now and then, drop the oldest records, whose time is over."""
    ref = done.ref
    inserted = connection.execute(
        _REMEMBER[identity.kind],
        (tenant, identity.key, now, ref.resource_type, ref.id, done.deleted),
    )
    if (inserted.lastrowid or 0) % _PRUNED_EVERY == 0:
        kept = KEPT[identity.kind] // _MICROSECOND
        connection.execute(_FORGET[identity.kind], (_PRUNED_AT_ONCE, now - kept))
