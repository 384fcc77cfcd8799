"""Restores a deleted resource."""

from dataclasses import dataclass

from scim_gateway.domain.errors import NotFoundError
from scim_gateway.domain.lifecycle import DeletedSelection
from scim_gateway.domain.policies import USUAL
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES
from scim_gateway.domain.resources import StoredResource
from scim_gateway.domain.writes import Restore, Transaction, Write
from scim_gateway.ports.lifecycle import Lifecycle
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class RestoreResource:
    """Brings a resource back as it last was, but without memberships."""

    store: ResourceStore
    lifecycle: Lifecycle

    async def __call__(self, resource_id: str, *, transaction: Transaction) -> StoredResource:
        """Return the resource.

        Raises `NotFoundError` where none of this id is kept, and `StoreRefusedError` with
        UNIQUENESS where another has a value of it by now.
        """
        selected = DeletedSelection(transaction.tenant, id=resource_id)
        kept = await self.lifecycle.deleted(selected, after="", limit=1)
        if not kept:
            raise _not_kept(resource_id)
        restored = await self.store.write(
            Write(
                transaction,
                Restore(kept[0].ref),
                omitted_attributes=DERIVED_ATTRIBUTES,
                policy=USUAL,
            )
        )
        if restored is None:
            raise _not_kept(resource_id)
        return restored


def _not_kept(resource_id: str) -> NotFoundError:
    return NotFoundError(f"no deleted resource with the id {resource_id[:100]!a} is kept")
