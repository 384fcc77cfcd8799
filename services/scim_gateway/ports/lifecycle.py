"""Where deleted resources are kept, and erased."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from scim_gateway.domain.lifecycle import (
    DeletedResource,
    DeletedSelection,
    Erasure,
    ErasureRequest,
)


class Lifecycle(Protocol):
    """The store of every tenant's deleted resources; raises as `ResourceStore` does."""

    async def deleted(
        self, selected: DeletedSelection, *, after: str, limit: int
    ) -> Sequence[DeletedResource]:
        """Return the first `limit` of a selection after an id, in the order of ids."""

    async def erase(self, request: ErasureRequest) -> Erasure:
        """Erase what the store has of a resource; it may be repeated."""

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, is_complete: bool
    ) -> Erasure:
        """Add to a report; refused with ERASURE_NOT_FOUND."""

    async def erasures(
        self, tenant: str, *, resource_id: str, after: str, limit: int
    ) -> Sequence[Erasure]:
        """Return the reports after an id, in the order of ids; or that of one id."""
