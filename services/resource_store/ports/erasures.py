"""What the commands need of a storage to erase what it has of a resource."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from resource_store.domain.erasures import Erasure
from resource_store.domain.resources import Ref


class Erasures(Protocol):
    """Removes what is left of deleted resources, and keeps the reports.

    What a method has returned from is durable. Raises `StorageFailedError`.
    """

    async def ref_of(self, tenant: str, resource_id: str) -> Ref | None:
        """Return the name of the resource that has or had an id; None where there never was one."""

    async def begin(self, erasure: Erasure) -> None:
        """Keep a report, unless there is one of this resource; then let it begin again."""

    async def scrub(self, tenant: str, resource_id: str) -> Erasure:
        """Remove what is kept of a deleted resource, and the data of its changes.

        Returns the report, to which it is added in the same transaction.
        """

    async def make_unreadable(self) -> None:
        """Return when nothing that was removed can be read out of the files any more."""

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, completed: int
    ) -> Erasure | None:
        """Add to a report, and (not 0) say when it was complete; None where there is none."""

    async def page(
        self, tenant: str, *, resource_id: str | None, after: str, limit: int
    ) -> Sequence[Erasure]:
        """Return the reports after an id, in the order of ids; or that of one id."""
