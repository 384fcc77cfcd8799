"""Queries (RFC 7644 section 3.4.2)."""

from dataclasses import dataclass

from resource_store.commands.resource_types import ResourceTypes
from resource_store.ports.resources import Found, Resources, Search, TypedFilter
from scim.filters import parse_filter
from scim.profile import Profile
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query; no resource type stands for all of them, and no filter for every resource."""

    tenant: str
    resource_types: tuple[str, ...]
    filter: str | None
    start_index: int
    count: int
    shown: frozenset[str]
    profile: Profile


@dataclass(frozen=True, slots=True)
class SearchResources:
    """Finds resources by a filter."""

    resources: Resources
    resource_types: ResourceTypes

    async def __call__(self, request: SearchRequest) -> Found:
        """Return a page of what matches.

        Raises the errors of `parse_filter`, or `UnknownResourceTypeError`.
        """
        types = self.resource_types.named(request.resource_types)
        several = len(types) > 1
        filters = tuple(_typed_filter(request, each, several=several) for each in types)
        search = Search(
            tenant=request.tenant,
            filters=filters,
            start_index=max(request.start_index, 1),
            count=request.count,
            shown=request.shown,
        )
        return await self.resources.search(search)


def _typed_filter(
    request: SearchRequest, resource_type: ResourceType, *, several: bool
) -> TypedFilter:
    if request.filter is None:
        return TypedFilter(resource_type, None)
    parsed = parse_filter(
        request.filter, resource_type, profile=request.profile, unknown_is_unassigned=several
    )
    return TypedFilter(resource_type, parsed)
