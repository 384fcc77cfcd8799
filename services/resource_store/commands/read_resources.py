"""GET of one resource (RFC 7644 section 3.4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.errors import (
    ResourceNotFoundError,
    StoreError,
    UnknownResourceTypeError,
)
from resource_store.domain.resources import Ref, Resource
from resource_store.ports.resources import Query, Resources


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Which resource to read; `shown` names the derived attributes to give with it."""

    tenant: str
    ref: Ref
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadResources:
    """Reads resources by their ids."""

    resources: Resources
    resource_types: ResourceTypes

    async def __call__(self, requests: Sequence[ReadRequest]) -> list[Resource | StoreError]:
        """Return a result for each request, in order."""
        queries = [self._query(each) for each in requests]
        found = iter(await self.resources.read([q for q in queries if isinstance(q, Query)]))
        return [
            next(found) or ResourceNotFoundError(each.ref) if isinstance(each, Query) else each
            for each in queries
        ]

    def _query(self, request: ReadRequest) -> Query | StoreError:
        try:
            resource_type = self.resource_types[request.ref.resource_type]
        except UnknownResourceTypeError as error:
            return error
        return Query(request.tenant, request.ref, resource_type, request.shown)
