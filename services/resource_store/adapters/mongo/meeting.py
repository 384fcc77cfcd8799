"""What the transitions of one wave meet, read by few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from resource_store.adapters.mongo.deleted_resources import kept_of
from resource_store.adapters.mongo.documents import stamp_of, stored_of
from resource_store.adapters.mongo.reading import Reading
from resource_store.adapters.waves import Address, address
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import State, Transition
from resource_store.domain.members import Member
from servicekit.mongo import Document


@dataclass(frozen=True, slots=True)
class Meeting:
    """The state of every resource that a wave names."""

    documents: dict[Address, Document]
    _named: dict[Address, Document]
    _tombstones: dict[Address, Document]
    _kept: dict[Address, Document]
    _members: dict[Address, dict[str, Member]]

    @classmethod
    async def read(cls, reading: Reading, transitions: Sequence[Transition]) -> Self:
        """Read what the transitions need."""
        own = {address(each) for each in transitions}
        named = {(t.tenant, name) for t in transitions for name in t.named_members}
        whole = {address(each) for each in transitions if each.needs_every_member}
        some = {
            address(t): t.named_members
            for t in transitions
            if t.named_members and not t.needs_every_member
        }
        found = await reading.resources(own)
        return cls(
            documents=found,
            _named=await reading.resources(named, naming_only=True),
            _tombstones=await reading.tombstones((own - found.keys()) | named),
            _kept=await reading.kept({address(t) for t in transitions if t.needs_kept}),
            _members=await reading.members(whole) | await reading.named_members(some),
        )

    def state(self, transition: Transition, clock: HybridClock) -> State:
        """Return what a transition meets; the clock goes past all that was ever written there.

        Other processes write to the same resource, so a reading of one's own is not enough.
        """
        here = address(transition)
        current = self.documents.get(here)
        buried = None if current else self._tombstones.get(here)
        kept = None if current else self._kept.get(here)
        for found in filter(None, (current, buried)):
            clock.observe(max(found["clock"], found["origin"]["clock"]))
        named = {name: (transition.tenant, name) for name in transition.named_members}
        return State(
            current=stored_of(current),
            tombstone=stamp_of(buried["origin"]) if buried else None,
            members=self._members.get(here, {}),
            types={n: self._named[at]["type"] for n, at in named.items() if at in self._named},
            gone={
                name: stamp_of(self._tombstones[at]["origin"])
                for name, at in named.items()
                if at in self._tombstones
            },
            stamp=clock.next_stamp(),
            now=clock.now(),
            kept=kept_of(kept) if kept else None,
        )
