"""Finds resources."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.schema import ResourceType
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.paging import CursorPage, IndexPage, Paging
from scim_gateway.domain.queries import Query
from scim_gateway.domain.representations import list_response, omitted_attributes
from scim_gateway.domain.resources import Page
from scim_gateway.domain.searches import Search
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class SearchResources:
    """RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865."""

    store: ResourceStore
    representations: RepresentationsBelow
    cursor_seconds: int

    async def __call__(
        self, query: Query, resource_types: Sequence[ResourceType], *, caller: Caller
    ) -> bytes:
        """Return a ListResponse with one page of what the query finds among these types."""
        search = Search(
            caller=caller,
            resource_types=tuple(resource_type.name for resource_type in resource_types),
            filter=query.filter,
            sort=query.sort,
            paging=query.paging,
            cursor_seconds=self.cursor_seconds,
            omitted_attributes=omitted_attributes(resource_types, query.projection),
        )
        page = await self.store.search(search)
        representations = self.representations(caller.base_uri)
        shown = [
            representations.represent(resource, projection=query.projection)
            for resource in page.resources
        ]
        return list_response(shown, _members(page, query.paging))


def _members(page: Page, paging: Paging) -> dict[str, str | int | None]:
    match paging:
        case IndexPage(start_index, _):
            return {"totalResults": page.total_results, "startIndex": start_index}
        case CursorPage():
            return {
                "totalResults": page.total_results,
                "nextCursor": page.next_cursor or None,
                "previousCursor": page.previous_cursor or None,
            }
