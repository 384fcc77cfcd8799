"""Records of what was done, so that it is not done again."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from resource_store.domain.decisions import Identity, IdentityKind
from resource_store.domain.resources import Ref

_DAY = 24 * 3600 * 1_000_000
_PRUNED_EVERY = 64
_PRUNED_AT_ONCE = 2 * _PRUNED_EVERY

# A client repeats a request within seconds, a transmitter an event perhaps after weeks.
_KEPT: Final = {IdentityKind.TRANSACTION: _DAY, IdentityKind.EFFECT: 90 * _DAY}

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


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, and whether it was deleted by that."""

    ref: Ref
    deleted: bool


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
        connection.execute(_FORGET[identity.kind], (_PRUNED_AT_ONCE, now - _KEPT[identity.kind]))
