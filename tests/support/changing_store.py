"""A store that changes while it is walked, and a receiver that notes what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from support.transmitter_events import NOW, an_event

from secevent.scim_events import ProvisioningKind
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.snapshots import Reach, SnapshotPage

TYPES = ("User", "Group")
Name = tuple[str, str]
"""A resource's type and id."""


@dataclass
class ChangingStore:
    """Keeps its promise: a page is of the very moment of the cursor that comes with it."""

    feed: list[Change] = field(default_factory=list)
    clocks: dict[Name, int] = field(default_factory=dict)
    """When each resource that is there was changed last."""
    tombstones: dict[Name, int] = field(default_factory=dict)

    def change(self, name: Name) -> None:
        """Create a resource, or change it."""
        kind: ProvisioningKind = "patch" if name in self.clocks else "create"
        self.clocks[name] = self._happen(kind, name)

    def delete(self, name: Name) -> None:
        """Delete a resource that is there; its id is never given again."""
        if self.clocks.pop(name, None) is not None:
            self.tombstones[name] = self._happen("delete", name)

    async def read(self, cursor: str, *, limit: int = 2) -> tuple[Sequence[Change], str]:
        position = int(cursor or 0)
        changes = self.feed[position : position + limit]
        return changes, str(position + len(changes))

    async def read_state(
        self, tenant: str, cursor: str, *, after_key: str
    ) -> tuple[Sequence[Change], SnapshotPage, str]:
        assert tenant == "default"
        changes, after = await self.read(cursor)
        return changes, self._page(after_key), after

    def _happen(self, kind: ProvisioningKind, name: Name) -> int:
        clock = NOW + len(self.feed)
        self.feed.append(Change(_event(kind, name, clock), activation=None, routed=False))
        return clock

    def _page(self, key: str) -> SnapshotPage:
        entries = [("create", *item) for item in self._in_order(self.clocks)]
        entries += [("delete", *item) for item in self._in_order(self.tombstones)]
        keys = [
            f"{kind}{TYPES.index(resource_type)}{resource_id}"
            for kind, (resource_type, resource_id), _ in entries
        ]
        here = [index for index, at in enumerate(keys) if at > key][:2]
        events = tuple(_event(*entries[index]) for index in here)
        if not here:
            return SnapshotPage((), 0, "", Reach(TYPES), None)
        kind, (resource_type, resource_id), _ = entries[here[-1]]
        passed = TYPES[: TYPES.index(resource_type)]
        reach = Reach(passed, resource_type, resource_id) if kind == "create" else Reach(TYPES)
        return SnapshotPage(events, len(events), keys[here[-1]], reach, len(entries))

    def _in_order(self, names: dict[Name, int]) -> list[tuple[Name, int]]:
        return sorted(names.items(), key=lambda item: (TYPES.index(item[0][0]), item[0][1]))


@dataclass
class NotingReceiver:
    """Has what it was told, by resource."""

    told: dict[Name, list[tuple[ProvisioningKind, int]]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        name = (event.resource_type, event.resource_id)
        self.told.setdefault(name, []).append((event.kind, event.origin_clock))

    def has(self) -> dict[Name, int]:
        """Return when each resource that is there was changed last."""
        last = {name: told[-1] for name, told in self.told.items()}
        return {name: clock for name, (kind, clock) in last.items() if kind != "delete"}


def _event(kind: ProvisioningKind, name: Name, clock: int) -> Event:
    resource_type, resource_id = name
    return an_event(
        kind=kind,
        resource_type=resource_type,
        subject_uri=f"/{resource_type}s/{resource_id}",
        origin_clock=clock,
        committed=clock,
        data=None if kind == "delete" else b"{}",
    )
