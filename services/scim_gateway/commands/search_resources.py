"""Finds resources."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.schema import ResourceType
from scim_gateway.domain.queries import Query
from scim_gateway.domain.representations import (
    Representations,
    list_response,
    omitted_attributes,
)
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class SearchResources:
    """RFC 7644 sections 3.4.2 and 3.4.3."""

    store: ResourceStore
    representations: Representations
    strict: bool

    async def __call__(
        self, query: Query, resource_types: Sequence[ResourceType], *, tenant: str
    ) -> bytes:
        """Return a ListResponse with one page of what the query finds among these types."""
        page = await self.store.search(
            tuple(resource_type.name for resource_type in resource_types),
            tenant=tenant,
            filter_text=query.filter,
            start_index=query.start_index,
            count=query.count,
            omitted_attributes=omitted_attributes(resource_types, query.projection),
            strict=self.strict,
        )
        shown = [
            self.representations.represent(resource, projection=query.projection)
            for resource in page.resources
        ]
        return list_response(shown, total_results=page.total_results, start_index=query.start_index)
