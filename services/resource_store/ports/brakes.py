"""What the commands need of what the brake has counted and held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from resource_store.domain.brakes import BrakeState
from resource_store.domain.held_operations import HeldOperation


@dataclass(frozen=True, slots=True)
class Tally:
    """A tenant's brake in numbers."""

    tenant: str
    is_on: bool
    held: int


class Brakes(Protocol):
    """Keeps the brake of each tenant, and what it holds.

    A write with a brake (`Transition.brake`) is counted, or held and recorded, in the transaction
    of the write. One that goes through ends the record of its resource.
    """

    async def state(self, tenant: str) -> BrakeState:
        """Return where a tenant's brake stands."""

    async def release(self, tenant: str, *, until: int, changes: int | None) -> BrakeState:
        """Let changes through (`domain.brakes.released`); return the state."""

    async def held(self, tenant: str, after: str, *, limit: int) -> Sequence[HeldOperation]:
        """Return what is held, in the order of the resources' ids, after an id."""

    async def find(self, tenant: str, ids: Collection[str]) -> Sequence[HeldOperation]:
        """Return what is held of these resources, in the order of their ids."""

    async def forget(self, tenant: str, ids: Collection[str] | None) -> int:
        """Forget what is held of these resources, or all; return how much that was."""

    async def count(self, tenant: str) -> int:
        """Return how many operations a tenant's brake holds."""

    async def tallies(self) -> Sequence[Tally]:
        """Return the numbers of each tenant that ever had something counted or held."""
