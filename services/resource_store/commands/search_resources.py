"""Queries (RFC 7644 section 3.4.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from resource_store.commands.resource_types import ResourceTypes
from resource_store.commands.walks import CursorPage, Walks
from resource_store.domain.ordering import Window
from resource_store.domain.resources import Resource
from resource_store.domain.search_cursors import Cursor, query_hash
from resource_store.ports.resources import Counting, Found, Resources, Search, TypedFilter
from scim.filters import Filter, parse_filter
from scim.profile import Profile
from scim.resource_type import ResolvedPath, ResourceType
from scim.sorting import sort_paths


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A query; no resource type stands for all of them, and no filter for every resource.

    `start_index` counts from 1, and has no meaning where the page is one of a walk by cursors.
    """

    tenant: str
    resource_types: tuple[str, ...]
    filter: str | None
    sort_by: str | None
    is_descending: bool
    start_index: int
    count: int
    cursor_page: CursorPage | None
    shown: frozenset[str]
    profile: Profile


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what matches; the cursors are empty where there is nothing to go on to."""

    total: int | None
    resources: tuple[Resource, ...]
    next_cursor: str = ""
    previous_cursor: str = ""


@dataclass(frozen=True, slots=True)
class SearchResources:
    """Finds resources by a filter, and sorts them."""

    resources: Resources
    resource_types: ResourceTypes
    walks: Walks

    async def __call__(self, request: SearchRequest) -> Page:
        """Return a page of what matches.

        Raises the errors of `parse_filter`, `sort_paths` and `Walks.page`, or
        `UnknownResourceTypeError`.
        """
        types = self.resource_types.named(request.resource_types)
        filters = tuple(_typed_filters(request, types))
        if request.cursor_page is not None:
            return await self._by_cursor(request, request.cursor_page, filters)
        skip = max(request.start_index, 1) - 1
        window = Window(None, request.is_descending, skip=skip, limit=request.count)
        found = await self._found(request, filters, window, Counting.ALWAYS)
        return Page(found.total, found.resources)

    async def _by_cursor(
        self, request: SearchRequest, asked: CursorPage, filters: tuple[TypedFilter, ...]
    ) -> Page:
        bound_to = query_hash(
            request.tenant,
            asked.principal,
            request.resource_types,
            request.filter,
            request.sort_by,
            request.is_descending,
        )
        page = self.walks.page(asked, count=request.count, bound_to=bound_to)
        window = Window(
            page.beyond,
            is_reversed=page.is_backward is not request.is_descending,
            skip=0,
            limit=page.count,
        )
        found = await self._found(request, filters, window, _counting(asked, page))
        resources, marks = found.resources, found.marks
        if page.is_backward:
            resources, marks = resources[::-1], marks[::-1]
        page = replace(page, total=found.total if not asked.cursor else page.total)
        cursors = self.walks.cursors(page, marks, is_more=found.is_more, bound_to=bound_to)
        return Page(page.total, resources, *cursors)

    async def _found(
        self,
        request: SearchRequest,
        filters: tuple[TypedFilter, ...],
        window: Window,
        counting: Counting,
    ) -> Found:
        search = Search(request.tenant, filters, window, counting, request.shown)
        return await self.resources.search(search)


def _counting(asked: CursorPage, page: Cursor) -> Counting:
    """Count a walk once, so that a page deep in costs what an early one does."""
    if asked.cursor:
        return Counting.NEVER
    return Counting.IF_INDEXED if page.count else Counting.ALWAYS


def _typed_filters(request: SearchRequest, types: Sequence[ResourceType]) -> Iterator[TypedFilter]:
    sorts: Sequence[ResolvedPath | None] = [None] * len(types)
    if request.sort_by is not None:
        sorts = sort_paths(request.sort_by, types, profile=request.profile)
    for resource_type, sort in zip(types, sorts, strict=True):
        parsed = _filter(request, resource_type, several=len(types) > 1)
        yield TypedFilter(resource_type, parsed, sort)


def _filter(request: SearchRequest, resource_type: ResourceType, *, several: bool) -> Filter | None:
    if request.filter is None:
        return None
    return parse_filter(
        request.filter, resource_type, profile=request.profile, unknown_is_unassigned=several
    )
