"""What the commands need of a storage of resources that are deleted and not purged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from resource_store.domain.kept import Kept


@dataclass(frozen=True, slots=True)
class DeletedSelection:
    """Deleted resources of one tenant; None leaves nothing out."""

    tenant: str
    resource_type: str | None = None
    id: str | None = None


class DeletedResources(Protocol):
    """Gives back what is kept of deleted resources; writes keep it, and take it away."""

    async def page(self, selected: DeletedSelection, *, after: str, limit: int) -> Sequence[Kept]:
        """Return those of a selection after an id, in the order of ids."""

    async def last_of(self, tenant: str, resource_type: str, external_id: str) -> str | None:
        """Return the id of the one of a type and externalId that was deleted last."""

    async def purge(self, *, due: int, limit: int) -> int:
        """Remove some whose time has come by a moment, in microseconds; return how many."""
