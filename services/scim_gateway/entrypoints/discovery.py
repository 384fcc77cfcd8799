"""Discovery (RFC 7644 section 4). No token is needed, as it tells how to get on with one."""

from dataclasses import dataclass

from starlette.requests import Request

from scim_gateway.commands.discover import Discover
from scim_gateway.domain.base_uris import Place, PlaceOf
from scim_gateway.domain.errors import FilterForbiddenError
from scim_gateway.domain.paging import PageSizes
from scim_gateway.domain.service_provider_config import BulkLimits, service_provider_config
from scim_gateway.entrypoints.answers import Answer, json_answer, list_answer
from scim_gateway.entrypoints.requests import parameters


@dataclass(frozen=True, slots=True)
class DiscoveryEndpoints:
    """Handlers; all parameters but a filter, which is refused, are ignored.

    They answer for any name of a tenant, so they tell nobody which tenants there are.
    """

    place_of: PlaceOf

    discover: Discover
    bulk: BulkLimits
    page_sizes: PageSizes
    cursor_seconds: int

    async def service_provider_config(self, request: Request) -> Answer:
        """GET /ServiceProviderConfig: one object, not a list."""
        _refuse_filter(request)
        config = service_provider_config(
            self._place(request).base_uri,
            self.bulk,
            self.page_sizes,
            cursor_seconds=self.cursor_seconds,
        )
        return json_answer(200, config)

    async def resource_types(self, request: Request) -> Answer:
        """GET /ResourceTypes."""
        _refuse_filter(request)
        return list_answer(await self.discover.resource_types(self._place(request)))

    async def resource_type(self, request: Request) -> Answer:
        """GET /ResourceTypes/{name}."""
        name = request.path_params["name"]
        return json_answer(200, await self.discover.resource_type(name, place=self._place(request)))

    async def schemas(self, request: Request) -> Answer:
        """GET /Schemas."""
        _refuse_filter(request)
        return list_answer(await self.discover.all_schemas(self._place(request)))

    async def schema(self, request: Request) -> Answer:
        """GET /Schemas/{urn}."""
        urn = request.path_params["urn"]
        return json_answer(200, await self.discover.schema(urn, place=self._place(request)))

    def _place(self, request: Request) -> Place:
        return self.place_of(request.path_params.get("tenant"))


def _refuse_filter(request: Request) -> None:
    if any(name == "filter" for name, _ in parameters(request)):
        raise FilterForbiddenError(
            "a filter is not for this endpoint: read it whole", clause="RFC 7644 section 4"
        )
