"""Candidate sets as conditions of MongoDB, each of which an index answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resource_store.adapters.mongo import collections
from resource_store.adapters.mongo.documents import address_document, at_once
from resource_store.adapters.mongo.reading import Reading
from resource_store.adapters.mongo.sort_fields import NO_KEY, field_of, kept_key
from resource_store.domain.candidate_sets import (
    AnyOf,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Ranged,
    Source,
    Timed,
)
from resource_store.domain.intervals import Interval
from resource_store.domain.keys import sorted_paths
from scim.resource_type import ResourceType
from servicekit.mongo import Document


def among(
    tenant: str, resource_type: ResourceType, conditions: Sequence[Document] | None
) -> Document:
    """Return what selects the resources of a type of which one of the conditions holds.

    Each alternative names all of its index, as an index is chosen for each alone. None stands for
    every resource.
    """
    of_type = {"_id.tenant": tenant, "type": resource_type.name}
    if conditions is None:
        return of_type
    alternatives = [{**of_type, **condition} for condition in conditions]
    return {"$or": alternatives} if alternatives else {**of_type, "_id": {"$in": []}}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Finds out who is in the groups that a candidate set names."""

    reading: Reading
    tenant: str
    resource_type: ResourceType

    async def of(self, source: Source) -> list[Document]:
        """Return the alternatives that a candidate set consists of."""
        match source:
            case Identified(key):
                return [{"_id": address_document((self.tenant, key))}]
            case Keyed():
                return _keyed([source])
            case Ranged() | Timed():
                return [self._ranged(source)]
            case MembersOf(group_id):
                return [self._one_of(await self._inside(group_id))]
            case GroupsWith(member_id):
                return [self._one_of(await self._edge_ends({"member": member_id}, "group"))]
            case AnyOf(sources):
                keyed = [each for each in sources if isinstance(each, Keyed)]
                others = [each for each in sources if not isinstance(each, Keyed)]
                found = [condition for each in others for condition in await self.of(each)]
                return _keyed(keyed) + found

    def _ranged(self, source: Ranged | Timed) -> Document:
        match source:
            case Ranged(path, interval) if path in sorted_paths(self.resource_type):
                return {field_of(path): _within(interval)}
            case Ranged(path, interval):
                return {"keys": {"$elemMatch": {"path": path, "key": _within(interval)}}}
            case Timed(field, interval):
                return {field: _within(interval)}

    def _one_of(self, ids: Iterable[str]) -> Document:
        return {"_id": {"$in": [address_document((self.tenant, each)) for each in sorted(ids)]}}

    async def _inside(self, group_id: str) -> set[str]:
        """Return the ids of all that are in a group, directly or through others."""
        inside: set[str] = set()
        new = {group_id}
        while new:
            found: set[str] = set()
            for part in at_once(new):
                found |= await self._edge_ends({"group": {"$in": part}}, "member")
            new = found - inside
            inside |= new
        return inside

    async def _edge_ends(self, condition: Document, end: str) -> set[str]:
        """Return the ids at one end of edges; the index alone tells them."""
        cursor = self.reading.database[collections.MEMBERS].find(
            {"tenant": self.tenant, **condition}, {"_id": 0, end: 1}, session=self.reading.session
        )
        return {edge[end] async for edge in cursor}


def _keyed(sources: Iterable[Keyed]) -> list[Document]:
    """Return an alternative for each path: MongoDB plans each for itself, and takes its time."""
    keys: dict[str, list[object]] = {}
    for source in sources:
        keys.setdefault(source.key.path, []).append(kept_key(source.key.key))
    return [
        {"keys": {"$elemMatch": {"path": path, "key": {"$in": each} if each[1:] else each[0]}}}
        for path, each in keys.items()
    ]


def _within(interval: Interval) -> Document:
    """Return what a key within an interval meets; "no value" is beyond every key."""
    if interval.low is None and interval.high is None:
        return {"$lt": NO_KEY}
    low = {"$gte" if interval.includes_low else "$gt": interval.low}
    high = {"$lte" if interval.includes_high else "$lt": interval.high}
    bounds = [bound for bound in (low, high) if None not in bound.values()]
    return {name: key for bound in bounds for name, key in bound.items()}
