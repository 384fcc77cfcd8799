"""Changes one resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.projection import Projection
from scim.schema import ResourceType
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.representations import omitted_attributes
from scim_gateway.domain.resources import Representation
from scim_gateway.domain.writes import Change, Transaction, Write
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class WriteResource:
    """Create, replace, patch or delete (RFC 7644 sections 3.3, 3.5 and 3.6)."""

    store: ResourceStore
    representations: RepresentationsBelow

    async def __call__(
        self,
        change: Change,
        resource_type: ResourceType,
        *,
        caller: Caller,
        transaction: Transaction,
        projection: Projection | None,
        supplied: Sequence[str] = (),
    ) -> Representation | None:
        """Return the resource as it is now, once that is durable; None when it is gone."""
        resource = await self.store.write(
            Write(
                transaction,
                change,
                omitted_attributes=omitted_attributes((resource_type,), projection),
                policy=caller.policy,
            )
        )
        if resource is None:
            return None
        representations = self.representations(caller.base_uri)
        return representations.represent(resource, projection=projection, supplied=supplied)
