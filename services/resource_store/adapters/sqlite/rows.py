"""Resources from rows, with what is derived from memberships."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from resource_store.adapters.sqlite.selecting import Address, by_tenant, rows_in
from resource_store.adapters.verdicts import Shown
from resource_store.domain.members import (
    GROUPS,
    MEMBERS,
    Member,
    group_element,
    member_element,
)
from resource_store.domain.representations import derived_attributes, with_derived
from resource_store.domain.resources import Ref, Resource, Stamp, Stored
from scim.resource_type import ResourceType

COLUMNS = (
    "resource_type, id, attributes, version, created, last_modified, origin_clock, origin_cluster"
)

_STORED = f"SELECT {COLUMNS}, password_hash FROM resources WHERE tenant = ? AND id = ?"  # noqa: S608 constants

_MEMBERS = """
    SELECT m.member_id, coalesce(r.resource_type, m.member_type), coalesce(r.display, '')
    FROM members m LEFT JOIN resources r ON r.tenant = m.tenant AND r.id = m.member_id
    WHERE m.tenant = ? AND m.group_id = ?
    ORDER BY m.member_id
"""

# UNION leaves out what is there already, so groups that contain each other come to an end.
_GROUPS = """
    WITH RECURSIVE around(id) AS (
        SELECT group_id FROM members WHERE tenant = :tenant AND member_id = :id
        UNION
        SELECT m.group_id FROM around
        JOIN members m ON m.tenant = :tenant AND m.member_id = around.id
    )
    SELECT around.id, r.resource_type, r.display, EXISTS (
        SELECT 1 FROM members d
        WHERE d.tenant = :tenant AND d.group_id = around.id AND d.member_id = :id
    )
    FROM around JOIN resources r ON r.tenant = :tenant AND r.id = around.id
    ORDER BY around.id
"""

_IN_A_GROUP = "SELECT DISTINCT member_id FROM members WHERE tenant = ? AND member_id IN"


def resource_of(row: tuple[Any, ...]) -> Resource:
    """Return the resource of a row that begins with `COLUMNS`."""
    resource_type, key, attributes, version, created, last_modified, clock, cluster = row[:8]
    return Resource(
        ref=Ref(resource_type, key),
        attributes=attributes,
        version=version,
        created=created,
        last_modified=last_modified,
        origin=Stamp(clock, cluster),
    )


def read_stored(connection: sqlite3.Connection, tenant: str, resource_id: str) -> Stored | None:
    """Return a resource as it is kept, whatever its type."""
    row = connection.execute(_STORED, (tenant, resource_id)).fetchone()
    return Stored(resource_of(row), row[8]) if row else None


def read_resource(
    connection: sqlite3.Connection,
    tenant: str,
    ref: Ref,
    *,
    shown: frozenset[str],
    resource_type: ResourceType,
) -> Resource | None:
    """Return a resource with the derived attributes that shall be shown."""
    stored = read_stored(connection, tenant, ref.id)
    if stored is None or stored.resource.ref != ref:
        return None
    return completed(connection, tenant, stored.resource, shown=shown, resource_type=resource_type)


def completed(
    connection: sqlite3.Connection,
    tenant: str,
    resource: Resource,
    *,
    shown: frozenset[str],
    resource_type: ResourceType,
) -> Resource:
    """Return the resource with the derived attributes that shall be shown."""
    ref = resource.ref
    wanted = derived_attributes(resource_type) & shown
    derived = {}
    if MEMBERS in wanted:
        derived[MEMBERS] = [
            member_element(member, display=display, endpoints=resource_type.endpoints)
            for member, display in _members(connection, tenant, ref.id)
        ]
    if GROUPS in wanted:
        derived[GROUPS] = list(
            _group_elements(connection, tenant, ref.id, endpoints=resource_type.endpoints)
        )
    return with_derived(resource, derived) if derived else resource


def completed_each(connection: sqlite3.Connection, showings: Sequence[Shown]) -> list[Resource]:
    """Return each resource with the derived attributes that shall be shown."""
    members = _members_among(connection, {each.address for each in showings})
    return [
        completed(
            connection,
            each.tenant,
            each.resource,
            shown=each.shown if each.address in members else each.shown - {GROUPS},
            resource_type=each.resource_type,
        )
        for each in showings
    ]


def read_members(connection: sqlite3.Connection, tenant: str, group_id: str) -> dict[str, Member]:
    """Return every member of a group by its id."""
    rows = connection.execute(_MEMBERS, (tenant, group_id))
    return {member_id: Member(member_id, member_type) for member_id, member_type, _ in rows}


def _members(
    connection: sqlite3.Connection, tenant: str, group_id: str
) -> Iterator[tuple[Member, str]]:
    for member_id, member_type, display in connection.execute(_MEMBERS, (tenant, group_id)):
        yield Member(member_id, member_type), display


def _members_among(connection: sqlite3.Connection, addresses: set[Address]) -> set[Address]:
    """Return those that are in a group."""
    return {
        (tenant, member_id)
        for tenant, ids in by_tenant(addresses).items()
        for (member_id,) in rows_in(connection, _IN_A_GROUP, tenant, among=ids)
    }


def _group_elements(
    connection: sqlite3.Connection, tenant: str, member_id: str, *, endpoints: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    rows = connection.execute(_GROUPS, {"tenant": tenant, "id": member_id})
    for group_id, resource_type, display, is_direct in rows:
        group = Ref(resource_type, group_id)
        yield group_element(group, display=display, is_direct=bool(is_direct), endpoints=endpoints)
