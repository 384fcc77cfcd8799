"""GET of one resource (RFC 7644 section 3.4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from resource_store.domain.errors import ResourceNotFoundError, StoreError
from resource_store.domain.resources import Resource
from resource_store.ports.resources import Query, Resources


@dataclass(frozen=True, slots=True)
class ReadResources:
    """Reads resources by their ids."""

    resources: Resources

    async def __call__(self, queries: Sequence[Query]) -> list[Resource | StoreError]:
        """Return a result for each query, in order."""
        found = await self.resources.read(queries)
        return [
            resource or ResourceNotFoundError(query.ref)
            for query, resource in zip(queries, found, strict=True)
        ]
