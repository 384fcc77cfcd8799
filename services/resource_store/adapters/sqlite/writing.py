"""One transition inside a transaction: what it meets is read, what it decides is stored."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from resource_store.adapters.sqlite import feed, repetition
from resource_store.adapters.sqlite.async_requests import settle
from resource_store.adapters.sqlite.braking import braked
from resource_store.adapters.sqlite.deleted_resources import put_kept, read_kept, remove_kept
from resource_store.adapters.sqlite.rows import completed, read_members, read_stored
from resource_store.adapters.sqlite.sort_keys import kept_key
from resource_store.domain.changes import Change
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import (
    NOT_DONE,
    Decision,
    Deleted,
    Effect,
    Outcome,
    Restamped,
    State,
    Transition,
    Written,
    effect_of,
    resource_after,
)
from resource_store.domain.kept import Kept
from resource_store.domain.keys import IndexKey, key_in_use
from resource_store.domain.members import Member
from resource_store.domain.repetition import Done
from resource_store.domain.resources import Ref, Resource, Stamp, Stored

_NAMED_MEMBERS = """
    SELECT m.member_id, coalesce(r.resource_type, m.member_type)
    FROM members m LEFT JOIN resources r ON r.tenant = m.tenant AND r.id = m.member_id
    WHERE m.tenant = ? AND m.group_id = ? AND m.member_id IN (SELECT value FROM json_each(?))
"""
# Left to itself, SQLite would go through all resources of the tenant in another index.
_TYPES = """
    SELECT id, resource_type FROM resources INDEXED BY resources_by_id
    WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))
"""
_GONE = """
    SELECT id, clock, cluster FROM tombstones
    WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))
"""
_TOMBSTONE = "SELECT clock, cluster FROM tombstones WHERE tenant = ? AND id = ?"
_HOLDER = """
    SELECT id FROM index_keys
    WHERE tenant = ? AND resource_type = ? AND path = ? AND key = ? AND id <> ?
"""
_PUT_RESOURCE = """
    INSERT INTO resources (tenant, id, resource_type, display, version, created, last_modified,
        origin_clock, origin_cluster, password_hash, attributes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (tenant, id) DO UPDATE SET display = excluded.display,
        version = excluded.version, last_modified = excluded.last_modified,
        origin_clock = excluded.origin_clock, origin_cluster = excluded.origin_cluster,
        password_hash = excluded.password_hash, attributes = excluded.attributes
"""
_RESTAMP = """
    UPDATE resources SET last_modified = ?, origin_clock = ?, origin_cluster = ?
    WHERE tenant = ? AND id = ?
"""
_PUT_KEY = "INSERT INTO index_keys (tenant, resource_type, path, key, id) VALUES (?, ?, ?, ?, ?)"
_REMOVE_KEY = """
    DELETE FROM index_keys
    WHERE tenant = ? AND resource_type = ? AND path = ? AND key = ? AND id = ?
"""
_PUT_MEMBER = """
    INSERT INTO members (tenant, group_id, member_id, member_type) VALUES (?, ?, ?, ?)
"""
_REMOVE_MEMBER = "DELETE FROM members WHERE tenant = ? AND group_id = ? AND member_id = ?"
_REMOVE_EDGES = (
    "DELETE FROM members WHERE tenant = ? AND group_id = ?",
    "DELETE FROM members WHERE tenant = ? AND member_id = ?",
)
_REMOVE_RESOURCE = "DELETE FROM resources WHERE tenant = ? AND id = ?"
_PUT_TOMBSTONE = """
    INSERT OR REPLACE INTO tombstones (tenant, id, resource_type, clock, cluster)
    VALUES (?, ?, ?, ?, ?)
"""
# It still tells which memberships ended then.
_LEAVE_TOMBSTONE = "UPDATE tombstones SET is_back = 1 WHERE tenant = ? AND id = ?"


@dataclass(frozen=True, slots=True)
class Carrying:
    """Carries out one transition."""

    connection: sqlite3.Connection
    transition: Transition
    clock: HybridClock

    def outcome(self) -> Outcome:
        """Decide and store, unless the transition is a repetition; give the answer, if promised."""
        outcome = self._outcome()
        transition = self.transition
        if transition.answer and transition.identity and outcome.effect is not Effect.HELD:
            request = (transition.tenant, transition.identity.key)
            settle(self.connection, self.clock, request, [transition.answer(outcome)])
        return outcome

    def _outcome(self) -> Outcome:
        transition = self.transition
        repeated = repetition.find(self.connection, transition.tenant, transition.identity)
        if repeated is not None:
            return self._repeated(repeated)
        state = self._state()
        decision = braked(self.connection, transition, transition.decide(state), now=state.now)
        self._store(decision, state)
        effect = effect_of(decision)
        if transition.identity is not None and effect not in NOT_DONE:
            done = Done(transition.ref, deleted=isinstance(decision, Deleted))
            repetition.remember(
                self.connection, transition.tenant, transition.identity, done=done, now=state.now
            )
        return self._shown(effect, resource_after(decision, state))

    def _repeated(self, done: Done) -> Outcome:
        stored = read_stored(self.connection, self.transition.tenant, done.ref.id)
        is_there = stored is not None and not done.deleted
        return self._shown(Effect.REPEATED, stored.resource if stored and is_there else None)

    def _shown(self, effect: Effect, resource: Resource | None) -> Outcome:
        shown = self.transition.shown
        if resource is None or shown is None:
            return Outcome(effect, None)
        whole = completed(
            self.connection,
            self.transition.tenant,
            resource,
            shown=shown,
            resource_type=self.transition.resource_type,
        )
        return Outcome(effect, whole)

    def _state(self) -> State:
        transition = self.transition
        current = read_stored(self.connection, transition.tenant, transition.ref.id)
        if current is not None:
            # Its stamp may be another cluster's, of which the clock knew before a restart.
            self.clock.observe(current.resource.origin.clock)
        tombstone = self._tombstone() if current is None else None
        if tombstone is not None:
            # What comes back must be later than the deletion, which may be another cluster's.
            self.clock.observe(tombstone.clock)
        named = transition.named_members
        names = orjson.dumps(sorted(named)).decode() if named else None
        return State(
            current=current,
            tombstone=tombstone,
            members=self._members(names),
            types=dict(self._rows(_TYPES, names)) if names else {},
            gone=self._gone(names) if names else {},
            stamp=self.clock.next_stamp(),
            now=self.clock.now(),
            kept=self._kept() if transition.needs_kept and current is None else None,
        )

    def _kept(self) -> Kept | None:
        return read_kept(self.connection, self.transition.tenant, self.transition.ref.id)

    def _gone(self, names: str) -> dict[str, Stamp]:
        return {key: Stamp(clock, of) for key, clock, of in self._rows(_GONE, names)}

    def _tombstone(self) -> Stamp | None:
        row = self._rows(_TOMBSTONE, self.transition.ref.id).fetchone()
        return Stamp(*row) if row else None

    def _members(self, names: str | None) -> dict[str, Member]:
        transition = self.transition
        if transition.needs_every_member:
            return read_members(self.connection, transition.tenant, transition.ref.id)
        if names is None:
            return {}
        rows = self._rows(_NAMED_MEMBERS, transition.ref.id, names)
        return {member_id: Member(member_id, member_type) for member_id, member_type in rows}

    def _store(self, decision: Decision, state: State) -> None:
        match decision:
            case Written():
                self._write(decision, state)
            case Restamped(stamp):
                self._restamp(stamp)
            case Deleted():
                self._delete(decision, state)

    def _write(self, written: Written, state: State) -> None:
        ref = written.stored.resource.ref
        self._refuse_used_keys(ref, written.keys_added)
        self._put_resource(written.stored, written.display)
        self._many(_REMOVE_KEY, self._key_rows(ref, written.keys_removed))
        self._many(_PUT_KEY, self._key_rows(ref, written.keys_added))
        self._many(_REMOVE_MEMBER, [(ref.id, removed) for removed in written.members_removed])
        added = [(ref.id, added.id, added.resource_type) for added in written.members_added]
        self._many(_PUT_MEMBER, added)
        if state.tombstone is not None:
            self._rows(_LEAVE_TOMBSTONE, ref.id)
            remove_kept(self.connection, self.transition.tenant, ref.id)
        self._tell(written.change, state)

    def _refuse_used_keys(self, ref: Ref, added: Iterable[IndexKey]) -> None:
        for key in added:
            if not key.unique:
                continue
            row = self._rows(_HOLDER, ref.resource_type, key.path, key.key, ref.id).fetchone()
            if row is not None:
                raise key_in_use(ref, key)

    def _put_resource(self, stored: Stored, display: str) -> None:
        resource = stored.resource
        self._rows(
            _PUT_RESOURCE,
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

    def _restamp(self, stamp: Stamp) -> None:
        ref = self.transition.ref
        self.connection.execute(
            _RESTAMP, (stamp.clock, stamp.clock, stamp.cluster, self.transition.tenant, ref.id)
        )
        self.clock.observe(stamp.clock)

    def _delete(self, deleted: Deleted, state: State) -> None:
        ref = deleted.ref
        self._rows(_REMOVE_RESOURCE, ref.id)
        self._many(_REMOVE_KEY, self._key_rows(ref, deleted.keys_removed))
        for statement in _REMOVE_EDGES:
            self._rows(statement, ref.id)
        stamp = deleted.stamp
        self._rows(_PUT_TOMBSTONE, ref.id, ref.resource_type, stamp.clock, stamp.cluster)
        if deleted.kept is not None:
            put_kept(self.connection, self.transition.tenant, deleted.kept)
        if deleted.change is not None:
            self._tell(deleted.change, state)

    def _tell(self, change: Change, state: State) -> None:
        clock = max(state.stamp.clock, change.origin.clock)
        feed.append(self.connection, change, clock=clock)
        self.clock.observe(clock)

    def _key_rows(self, ref: Ref, keys: Iterable[IndexKey]) -> list[tuple[object, ...]]:
        return [(ref.resource_type, key.path, kept_key(key.key), ref.id) for key in keys]

    def _rows(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run a statement, every one of which begins with the tenant."""
        return self.connection.execute(statement, (self.transition.tenant, *values))

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        if values := [(self.transition.tenant, *row) for row in rows]:
            self.connection.executemany(statement, values)
