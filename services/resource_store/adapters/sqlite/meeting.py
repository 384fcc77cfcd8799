"""What the transitions of one wave meet, read by few queries."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from resource_store.adapters.sqlite.deleted_resources import read_kept
from resource_store.adapters.sqlite.rows import COLUMNS, read_members, resource_of
from resource_store.adapters.sqlite.selecting import Address, by_tenant, rows_in
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import State, Transition
from resource_store.domain.kept import Kept
from resource_store.domain.members import Member
from resource_store.domain.resources import Stamp, Stored

# Left to itself, SQLite would go through all resources of the tenant in another index.
_STORED: Final = f"""
    SELECT {COLUMNS}, password_hash FROM resources INDEXED BY resources_by_id
    WHERE tenant = ? AND id IN
"""  # noqa: S608  constants
_TYPES: Final = """
    SELECT id, resource_type FROM resources INDEXED BY resources_by_id WHERE tenant = ? AND id IN
"""
_TOMBSTONES: Final = "SELECT id, clock, cluster FROM tombstones WHERE tenant = ? AND id IN"
_NAMED_MEMBERS: Final = """
    SELECT m.member_id, coalesce(r.resource_type, m.member_type)
    FROM members m LEFT JOIN resources r ON r.tenant = m.tenant AND r.id = m.member_id
    WHERE m.tenant = ? AND m.group_id = ? AND m.member_id IN
"""


def address(transition: Transition) -> Address:
    """Return where the resource of a transition is found."""
    return transition.tenant, transition.ref.id


@dataclass(frozen=True, slots=True)
class Meeting:
    """The state of every resource that a wave names."""

    stored: dict[Address, Stored]
    _types: dict[Address, str]
    _tombstones: dict[Address, Stamp]
    _kept: dict[Address, Kept]
    _members: dict[Address, dict[str, Member]]

    @classmethod
    def read(cls, connection: sqlite3.Connection, transitions: Sequence[Transition]) -> Self:
        """Read what the transitions need."""
        own = {address(each) for each in transitions}
        named = {(t.tenant, name) for t in transitions for name in t.named_members}
        stored = read_many(connection, own)
        return cls(
            stored=stored,
            _types=_read_types(connection, named),
            _tombstones=_read_tombstones(connection, (own - stored.keys()) | named),
            _kept=_read_kept(connection, transitions, stored),
            _members={address(t): _read_members(connection, t) for t in transitions},
        )

    def state(self, transition: Transition, clock: HybridClock) -> State:
        """Return what a transition meets; the clock goes past all that was ever written there.

        That may have another cluster's stamp, of which the clock knew before a restart.
        """
        here = address(transition)
        current = self.stored.get(here)
        tombstone = None if current else self._tombstones.get(here)
        if current is not None:
            clock.observe(current.resource.origin.clock)
        if tombstone is not None:
            clock.observe(tombstone.clock)
        named = {name: (transition.tenant, name) for name in transition.named_members}
        return State(
            current=current,
            tombstone=tombstone,
            members=self._members[here],
            types={n: self._types[at] for n, at in named.items() if at in self._types},
            gone={n: self._tombstones[at] for n, at in named.items() if at in self._tombstones},
            stamp=clock.next_stamp(),
            now=clock.now(),
            kept=self._kept.get(here),
        )


def read_many(
    connection: sqlite3.Connection, addresses: Iterable[Address]
) -> dict[Address, Stored]:
    """Return the resources that there are, as they are kept."""
    return {
        (tenant, row[1]): Stored(resource_of(row), row[8])
        for tenant, ids in by_tenant(addresses).items()
        for row in rows_in(connection, _STORED, tenant, among=ids)
    }


def _read_types(connection: sqlite3.Connection, named: Iterable[Address]) -> dict[Address, str]:
    return {
        (tenant, resource_id): resource_type
        for tenant, ids in by_tenant(named).items()
        for resource_id, resource_type in rows_in(connection, _TYPES, tenant, among=ids)
    }


def _read_tombstones(
    connection: sqlite3.Connection, addresses: Iterable[Address]
) -> dict[Address, Stamp]:
    return {
        (tenant, resource_id): Stamp(clock, cluster)
        for tenant, ids in by_tenant(addresses).items()
        for resource_id, clock, cluster in rows_in(connection, _TOMBSTONES, tenant, among=ids)
    }


def _read_kept(
    connection: sqlite3.Connection,
    transitions: Iterable[Transition],
    stored: dict[Address, Stored],
) -> dict[Address, Kept]:
    wanted = (address(t) for t in transitions if t.needs_kept and address(t) not in stored)
    found = ((here, read_kept(connection, *here)) for here in wanted)
    return {here: kept for here, kept in found if kept is not None}


def _read_members(connection: sqlite3.Connection, transition: Transition) -> dict[str, Member]:
    if transition.needs_every_member:
        return read_members(connection, *address(transition))
    named = transition.named_members
    if not named:
        return {}
    rows = rows_in(connection, _NAMED_MEMBERS, *address(transition), among=named)
    return {member_id: Member(member_id, member_type) for member_id, member_type in rows}
