"""Reading the present state, and what changes meanwhile, for who has to begin anew."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from resource_store.commands.read_changes import MAX_CHANGES
from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.changes import Change, cursor_at, position_of
from resource_store.domain.resources import Ref
from resource_store.domain.snapshots import (
    Place,
    creation,
    deletion,
    next_phase,
    place_before,
    place_of,
)
from resource_store.ports.resources import ChangeFeed, Snapshots


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """Changes of all tenants, or else a page of one tenant's state; what comes before is in it.

    `total` counts the entries of all pages, and comes with the first of them alone.
    """

    changes: Sequence[Change]
    next_cursor: str
    entries: Sequence[Change]
    next_key: str
    total: int | None


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """Reads on from a cursor of the feed and a key of the walk through the state."""

    feed: ChangeFeed
    snapshots: Snapshots
    resource_types: ResourceTypes
    epoch: str
    cluster: str

    async def __call__(
        self, tenant: str, cursor: str | None, *, after_key: str, limit: int
    ) -> SnapshotPage:
        """Return the changes after the cursor; where there are none, the next page of the state.

        The feed is looked at first, so whatever it has told, the page has. No cursor stands for
        the present end of the feed. Raises `InvalidCursorError` or `EpochChangedError`.
        """
        limit = min(max(limit, 1), MAX_CHANGES)
        place = place_of(after_key, self.resource_types.named(()))
        position = await self._position(cursor)
        if (told := await self._told(position, limit=limit, after_key=after_key)) is not None:
            return told
        total = None if after_key else await self.snapshots.count(tenant)
        entries, key = await self._page(tenant, place, limit=limit)
        # A tombstone may be of a type that is not defined any more: who could be told of it?
        known = [each for each in entries if each.ref.resource_type in self._names]
        return SnapshotPage((), self._cursor(position), known, key, total)

    async def one(self, tenant: str, cursor: str | None, ref: Ref, *, limit: int) -> SnapshotPage:
        """Return the same of one resource: the changes, or else what there is of it, if anything.

        Raises as above.
        """
        position = await self._position(cursor)
        told = await self._told(position, limit=min(max(limit, 1), MAX_CHANGES), after_key="")
        if told is not None:
            return told
        return SnapshotPage((), self._cursor(position), await self._only(tenant, ref), "", None)

    async def _told(self, position: int, *, limit: int, after_key: str) -> SnapshotPage | None:
        told = await self.feed.changes_after(position, limit=limit, wait_seconds=0)
        if not told:
            return None
        changes = [entry.change for entry in told]
        return SnapshotPage(changes, self._cursor(told[-1].position), (), after_key, None)

    async def _only(self, tenant: str, ref: Ref) -> Sequence[Change]:
        if ref.resource_type not in self._names:
            return ()
        before = place_before(ref)
        for place in (before, Place(None, before.id)):
            for entry in await self._entries(tenant, place, limit=1):
                if entry.ref == ref:
                    return (entry,)
        return ()

    @property
    def _names(self) -> Container[str]:
        return self.resource_types.registry.endpoints

    async def _position(self, cursor: str | None) -> int:
        if cursor is None:
            return await self.feed.end()
        return position_of(cursor, epoch=self.epoch)

    def _cursor(self, position: int) -> str:
        return cursor_at(self.epoch, position)

    async def _page(
        self, tenant: str, place: Place | None, *, limit: int
    ) -> tuple[Sequence[Change], str]:
        """Return a page that is not empty, if there is one, and the key after it."""
        while place is not None:
            found = await self._entries(tenant, place, limit=limit)
            if found:
                return found, Place(place.resource_type, found[-1].ref.id).key
            place = next_phase(place, self.resource_types.named(()))
        return (), ""

    async def _entries(self, tenant: str, place: Place, *, limit: int) -> Sequence[Change]:
        if place.resource_type is None:
            buried = await self.snapshots.tombstones_after(tenant, place.id, limit=limit)
            return [deletion(tenant, each, cluster=self.cluster) for each in buried]
        resource_type = self.resource_types[place.resource_type]
        found = await self.snapshots.resources_after(tenant, resource_type, place.id, limit=limit)
        return [creation(tenant, each, resource_type, cluster=self.cluster) for each in found]
