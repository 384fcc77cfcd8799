"""What the decisions of one wave lead to, stored by few statements."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from resource_store.adapters.sqlite import feed
from resource_store.adapters.sqlite.deleted_resources import put_kept, remove_kept
from resource_store.adapters.sqlite.sort_keys import kept_key
from resource_store.domain.changes import Change
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import Decision, Deleted, Restamped, State, Written
from resource_store.domain.kept import Kept
from resource_store.domain.keys import IndexKey
from resource_store.domain.resources import Ref, Stored

Row = tuple[object, ...]

_PUT_RESOURCE: Final = """
    INSERT INTO resources (tenant, id, resource_type, display, version, created, last_modified,
        origin_clock, origin_cluster, password_hash, attributes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (tenant, id) DO UPDATE SET display = excluded.display,
        version = excluded.version, last_modified = excluded.last_modified,
        origin_clock = excluded.origin_clock, origin_cluster = excluded.origin_cluster,
        password_hash = excluded.password_hash, attributes = excluded.attributes
"""
_RESTAMP: Final = """
    UPDATE resources SET last_modified = ?, origin_clock = ?, origin_cluster = ?
    WHERE tenant = ? AND id = ?
"""
_REMOVE_RESOURCE: Final = "DELETE FROM resources WHERE tenant = ? AND id = ?"
_PUT_KEY: Final = """
    INSERT INTO index_keys (tenant, resource_type, path, key, id) VALUES (?, ?, ?, ?, ?)
"""
_REMOVE_KEY: Final = """
    DELETE FROM index_keys
    WHERE tenant = ? AND resource_type = ? AND path = ? AND key = ? AND id = ?
"""
_PUT_MEMBER: Final = """
    INSERT INTO members (tenant, group_id, member_id, member_type) VALUES (?, ?, ?, ?)
"""
_REMOVE_MEMBER: Final = "DELETE FROM members WHERE tenant = ? AND group_id = ? AND member_id = ?"
_REMOVE_MEMBERS: Final = "DELETE FROM members WHERE tenant = ? AND group_id = ?"
_REMOVE_MEMBERSHIPS: Final = "DELETE FROM members WHERE tenant = ? AND member_id = ?"
_PUT_TOMBSTONE: Final = """
    INSERT OR REPLACE INTO tombstones (tenant, id, resource_type, clock, cluster)
    VALUES (?, ?, ?, ?, ?)
"""
# It still tells which memberships ended then.
_LEAVE_TOMBSTONE: Final = "UPDATE tombstones SET is_back = 1 WHERE tenant = ? AND id = ?"

_IN_ORDER: Final = (
    _REMOVE_RESOURCE,
    _PUT_RESOURCE,
    _RESTAMP,
    _REMOVE_KEY,
    _PUT_KEY,
    _REMOVE_MEMBERS,
    _REMOVE_MEMBERSHIPS,
    _REMOVE_MEMBER,
    _PUT_MEMBER,
    _PUT_TOMBSTONE,
    _LEAVE_TOMBSTONE,
)
"""A key that one resource gives up may be another's at once, so removals come first."""


@dataclass(slots=True)
class Writes:
    """Gathers rows; nothing is stored before `store`."""

    clock: HybridClock
    _rows: dict[str, list[Row]] = field(default_factory=lambda: {each: [] for each in _IN_ORDER})
    _kept: list[tuple[str, Kept]] = field(default_factory=list)
    _no_longer_kept: list[tuple[str, str]] = field(default_factory=list)
    _told: list[tuple[Change, int]] = field(default_factory=list)
    _latest: int = 0

    def gather(self, tenant: str, decision: Decision, state: State) -> None:
        """Take in what a decision leads to."""
        match decision:
            case Written():
                self._write(tenant, decision, state)
            case Restamped(stamp):
                resource = state.current.resource.ref.id if state.current else ""
                self._add(_RESTAMP, [(stamp.clock, stamp.clock, stamp.cluster, tenant, resource)])
                self.clock.observe(stamp.clock)
            case Deleted():
                self._delete(tenant, decision, state)

    def store(self, connection: sqlite3.Connection) -> None:
        """Store all that was gathered."""
        for statement, rows in self._rows.items():
            if rows:
                connection.executemany(statement, rows)
        for tenant, kept in self._kept:
            put_kept(connection, tenant, kept)
        for tenant, resource_id in self._no_longer_kept:
            remove_kept(connection, tenant, resource_id)
        feed.append(connection, self._told)

    def _write(self, tenant: str, written: Written, state: State) -> None:
        ref = written.stored.resource.ref
        self._add(_PUT_RESOURCE, [_resource_row(tenant, written.stored, written.display)])
        self._add(_REMOVE_KEY, _key_rows(tenant, ref, written.keys_removed))
        self._add(_PUT_KEY, _key_rows(tenant, ref, written.keys_added))
        self._add(_REMOVE_MEMBER, ((tenant, ref.id, gone) for gone in written.members_removed))
        added = ((tenant, ref.id, new.id, new.resource_type) for new in written.members_added)
        self._add(_PUT_MEMBER, added)
        if state.tombstone is not None:
            self._add(_LEAVE_TOMBSTONE, [(tenant, ref.id)])
            self._no_longer_kept.append((tenant, ref.id))
        self._tell(written.change, state)

    def _delete(self, tenant: str, deleted: Deleted, state: State) -> None:
        ref, stamp = deleted.ref, deleted.stamp
        here = (tenant, ref.id)
        for statement in (_REMOVE_RESOURCE, _REMOVE_MEMBERS, _REMOVE_MEMBERSHIPS):
            self._add(statement, [here])
        self._add(_REMOVE_KEY, _key_rows(tenant, ref, deleted.keys_removed))
        self._add(_PUT_TOMBSTONE, [(*here, ref.resource_type, stamp.clock, stamp.cluster)])
        if deleted.kept is not None:
            self._kept.append((tenant, deleted.kept))
        if deleted.change is not None:
            self._tell(deleted.change, state)

    def _tell(self, change: Change, state: State) -> None:
        self._latest = max(self._latest, state.stamp.clock, change.origin.clock)
        self.clock.observe(self._latest)
        self._told.append((change, self._latest))

    def _add(self, statement: str, rows: Iterable[Row]) -> None:
        self._rows[statement].extend(rows)


def _key_rows(tenant: str, ref: Ref, keys: Iterable[IndexKey]) -> Iterable[Row]:
    return ((tenant, ref.resource_type, each.path, kept_key(each.key), ref.id) for each in keys)


def _resource_row(tenant: str, stored: Stored, display: str) -> Row:
    resource = stored.resource
    return (
        tenant,
        resource.ref.id,
        resource.ref.resource_type,
        display,
        resource.version,
        resource.created,
        resource.last_modified,
        resource.origin.clock,
        resource.origin.cluster,
        stored.password_hash,
        resource.attributes,
    )
