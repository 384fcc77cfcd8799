"""Reading resources of one moment, many at a time, with what is derived from memberships."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from resource_store.adapters.mongo import collections
from resource_store.adapters.mongo.documents import (
    Address,
    address_document,
    address_of,
    at_once,
    ref_of,
)
from resource_store.adapters.verdicts import Shown
from resource_store.domain.members import (
    GROUPS,
    MEMBERS,
    Member,
    group_element,
    member_element,
)
from resource_store.domain.representations import with_derived
from resource_store.domain.resources import Resource
from servicekit.mongo import Document, MongoDatabase, Session

Elements = list[dict[str, str]]

COMPLETED_AT_ONCE: Final = 25
"""Of so many resources the members are in memory at the same time."""
_NAMED_AT_ONCE: Final = 1_000
_CLAUSES_AT_ONCE: Final = 10
_NAMING: Final = {"type": 1, "display": 1}


@dataclass(frozen=True, slots=True)
class _NamedMember:
    member: Member
    display: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads in a session, whose snapshot or transaction makes it of one moment."""

    database: MongoDatabase
    session: Session

    async def resources(
        self, addresses: Iterable[Address], *, naming_only: bool = False
    ) -> dict[Address, Document]:
        """Return the documents of those resources that exist; or of each its type and display."""
        fields = _NAMING if naming_only else None
        return await self._found(collections.RESOURCES, addresses, fields)

    async def tombstones(self, addresses: Iterable[Address]) -> dict[Address, Document]:
        """Return the tombstones that are at these addresses."""
        return await self._found(collections.TOMBSTONES, addresses, None)

    async def kept(self, addresses: Iterable[Address]) -> dict[Address, Document]:
        """Return what is kept of deleted resources at these addresses."""
        return await self._found(collections.DELETED, addresses, None)

    async def members(self, groups: Iterable[Address]) -> dict[Address, dict[str, Member]]:
        """Return every member of each group by its id."""
        return _without_names(await self._members([_all_of(group) for group in groups]))

    async def named_members(
        self, named: Mapping[Address, Iterable[str]]
    ) -> dict[Address, dict[str, Member]]:
        """Return those members of each group that are named."""
        clauses = [
            {**_all_of(group), "member": {"$in": part}}
            for group, names in named.items()
            for part in at_once(sorted(names), _NAMED_AT_ONCE)
        ]
        return _without_names(await self._members(clauses))

    async def completed(self, showing: Sequence[Shown]) -> list[Resource]:
        """Return the resources with the derived attributes that shall be shown."""
        if not showing:
            return []
        endpoints = showing[0].resource_type.endpoints
        members = await self._member_elements(
            [s.address for s in showing if s.shows(MEMBERS)], endpoints
        )
        groups = await self._group_elements(
            [s.address for s in showing if s.shows(GROUPS)], endpoints
        )
        return [
            with_derived(
                each.resource,
                {MEMBERS: members.get(each.address, []), GROUPS: groups.get(each.address, [])},
            )
            for each in showing
        ]

    async def _found(
        self, name: str, addresses: Iterable[Address], fields: Mapping[str, int] | None
    ) -> dict[Address, Document]:
        found = {}
        for part in at_once(addresses):
            ids = [address_document(address) for address in part]
            cursor = self.database[name].find({"_id": {"$in": ids}}, fields, session=self.session)
            async for document in cursor:
                found[address_of(document)] = document
        return found

    async def _members(self, clauses: Iterable[Document]) -> dict[Address, list[_NamedMember]]:
        edges = [edge async for edge in self._edges(clauses)]
        members = {(edge["tenant"], edge["member"]) for edge in edges}
        known = await self.resources(members, naming_only=True)
        found = defaultdict(list)
        for edge in sorted(edges, key=itemgetter("member")):
            naming = known.get((edge["tenant"], edge["member"]), {})
            member = Member(edge["member"], naming.get("type", edge["member_type"]))
            named = _NamedMember(member, naming.get("display", ""))
            found[edge["tenant"], edge["group"]].append(named)
        return found

    async def _edges(self, clauses: Iterable[Document]) -> AsyncIterator[Document]:
        for part in at_once(clauses, _CLAUSES_AT_ONCE):
            collection = self.database[collections.MEMBERS]
            async for edge in collection.find({"$or": part}, {"_id": 0}, session=self.session):
                yield edge

    async def _member_elements(
        self, groups: Iterable[Address], endpoints: Mapping[str, str]
    ) -> dict[Address, Elements]:
        found = await self._members([_all_of(group) for group in groups])
        return {
            group: [
                member_element(each.member, display=each.display, endpoints=endpoints)
                for each in members
            ]
            for group, members in found.items()
        }

    async def _group_elements(
        self, members: Iterable[Address], endpoints: Mapping[str, str]
    ) -> dict[Address, Elements]:
        around = {
            member: groups
            for tenant, ids in _by_tenant(members).items()
            async for member, groups in self._groups_around(tenant, ids)
        }
        groups = {(tenant, each) for (tenant, _), found in around.items() for each in found}
        known = await self.resources(groups, naming_only=True)
        return {
            member: [
                group_element(
                    ref_of(known[member[0], group]),
                    display=known[member[0], group]["display"],
                    is_direct=found[group],
                    endpoints=endpoints,
                )
                for group in sorted(found)
                if (member[0], group) in known
            ]
            for member, found in around.items()
        }

    async def _groups_around(
        self, tenant: str, member_ids: Sequence[str]
    ) -> AsyncIterator[tuple[Address, dict[str, bool]]]:
        """Give for each member the ids of its groups, and whether it is in each directly."""
        ids = [address_document((tenant, member)) for member in member_ids]
        cursor = await self.database[collections.RESOURCES].aggregate(
            [
                {"$match": {"_id": {"$in": ids}}},
                {"$graphLookup": groups_around(tenant)},
                {"$project": {"edges.group": 1, "edges.member": 1}},
            ],
            session=self.session,
        )
        async for document in cursor:
            found: dict[str, bool] = defaultdict(bool)
            for edge in document["edges"]:
                found[edge["group"]] |= edge["member"] == document["_id"]["id"]
            if found:
                yield address_of(document), found


def groups_around(tenant: str) -> Document:
    """Return the stage that finds the edges to the groups of a resource, and to theirs.

    An edge that was found is not followed again, so groups in each other come to an end.
    """
    return {
        "from": collections.MEMBERS,
        "startWith": "$_id.id",
        "connectFromField": "group",
        "connectToField": "member",
        "restrictSearchWithMatch": {"tenant": tenant},
        "as": "edges",
    }


def _all_of(group: Address) -> Document:
    tenant, group_id = group
    return {"tenant": tenant, "group": group_id}


def _without_names(
    found: Mapping[Address, Iterable[_NamedMember]],
) -> dict[Address, dict[str, Member]]:
    return {
        group: {named.member.id: named.member for named in members}
        for group, members in found.items()
    }


def _by_tenant(addresses: Iterable[Address]) -> dict[str, list[str]]:
    ids = defaultdict(list)
    for tenant, resource_id in addresses:
        ids[tenant].append(resource_id)
    return ids
