"""Where resources are kept and changed."""

from collections.abc import Sequence
from typing import Protocol

from scim_gateway.domain.errors import StoreRefusedError
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Search
from scim_gateway.domain.writes import Write


class ResourceStore(Protocol):
    """The store of every tenant's resources.

    Each method raises `StoreRefusedError` with a reason, or `StoreUnavailableError` once it has
    tried for long enough that a restart of the store would have gone unnoticed.
    """

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        """Return the resource; refused with RESOURCE_NOT_FOUND."""

    async def write(self, write: Write) -> StoredResource | None:
        """Make a change durable; return the resource as it is now, None when it is deleted.

        Asked again with the same (tenant, txn), it gives the first outcome again.
        """

    async def write_all(
        self, writes: Sequence[Write]
    ) -> Sequence[StoredResource | StoreRefusedError | None]:
        """Make some changes durable, in their order; return for each what `write` would.

        A refusal is the error itself, and leaves the other changes standing. All of them hold up
        other writers of the store together, so they should be few: 64 at most.
        """

    async def search(self, search: Search) -> Page:
        """Return a page of what matches, sorted, and by id where that is all one."""
