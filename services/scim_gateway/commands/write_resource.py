"""Changes one resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.projection import Projection
from scim.schema import ResourceType
from scim_gateway.domain.representations import Representations, omitted_attributes
from scim_gateway.domain.resources import Representation
from scim_gateway.domain.writes import Change, Lifecycle, Transaction, Write
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class WriteResource:
    """Create, replace, patch or delete (RFC 7644 sections 3.3, 3.5 and 3.6)."""

    store: ResourceStore
    representations: Representations
    strict: bool
    """Judge requests by the RFCs to the letter, rather than understand what known clients send."""
    lifecycle: Lifecycle

    async def __call__(
        self,
        change: Change,
        resource_type: ResourceType,
        *,
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
                strict=self.strict,
                lifecycle=self.lifecycle,
            )
        )
        if resource is None:
            return None
        return self.representations.represent(resource, projection=projection, supplied=supplied)
