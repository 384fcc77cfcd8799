"""Queries: GET of an endpoint, and POST of /.search (RFC 7644 sections 3.4.2 and 3.4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from scim.schema import ResourceType
from scim_gateway.commands.search_resources import SearchResources
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.paging import PageSizes
from scim_gateway.domain.queries import Query, parse_query, parse_search_request
from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.requests import parameters, read_object


@dataclass(frozen=True, slots=True)
class SearchEndpoints:
    """Handlers for the resources of some types: one at its endpoint, all at the base URI."""

    resource_types: Sequence[ResourceType]
    authentication: Authentication
    search_resources: SearchResources
    max_body_bytes: int
    page_sizes: PageSizes

    async def query(self, request: Request) -> Answer:
        """GET."""
        caller = await self.authentication.caller(request)
        query = parse_query(parameters(request), sizes=self.page_sizes)
        return await self._found(query, caller)

    async def search(self, request: Request) -> Answer:
        """POST of a SearchRequest."""
        caller = await self.authentication.caller(request)
        _, message = await read_object(request, max_bytes=self.max_body_bytes)
        query = parse_search_request(message, sizes=self.page_sizes)
        return await self._found(query, caller)

    async def _found(self, query: Query, caller: Caller) -> Answer:
        return Answer(200, await self.search_resources(query, self.resource_types, caller=caller))
