"""The paths of the protocol (RFC 7644 section 3.2), and who answers them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.routing import BaseRoute

from scim_gateway.domain.base_uris import BASE_PATH
from scim_gateway.entrypoints.absent import unknown_endpoint, unknown_version
from scim_gateway.entrypoints.async_requests import AsyncRequestEndpoint
from scim_gateway.entrypoints.bulk import BulkEndpoint
from scim_gateway.entrypoints.discovery import DiscoveryEndpoints
from scim_gateway.entrypoints.early_answers import PATH as ASYNC_REQUESTS
from scim_gateway.entrypoints.endpoint import Endpoint, Handler
from scim_gateway.entrypoints.me import MeEndpoint
from scim_gateway.entrypoints.request_recorder import RequestRecorder
from scim_gateway.entrypoints.resources import ResourceEndpoints
from scim_gateway.entrypoints.searches import SearchEndpoints
from scim_gateway.entrypoints.tenant_routes import TenantRoutes
from servicekit.http import NamedRoute

_TENANT: Final = "/t/{tenant}"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_Place: TypeAlias = tuple[str, Mapping[str, Handler]]
"""A path, and what answers there by the method."""


@dataclass(frozen=True, slots=True)
class TypeEndpoints:
    """All that one resource type answers."""

    resources: ResourceEndpoints
    searches: SearchEndpoints


def scim_routes(
    types: Iterable[TypeEndpoints],
    *,
    base: SearchEndpoints,
    bulk: BulkEndpoint,
    async_requests: AsyncRequestEndpoint,
    discovery: DiscoveryEndpoints,
    me: MeEndpoint,
    recorder: RequestRecorder,
) -> list[BaseRoute]:
    """Return the routes in the order in which they must be tried; the first are the hot ones.

    Each is there at the base URI of the default tenant, and at that of each tenant.
    """
    places = [
        *(place for endpoints in types for place in _of_type(endpoints)),
        *_of_base(base),
        _below("/Bulk", {"POST": bulk.carry_out}),
        _below(f"{ASYNC_REQUESTS}/{{txn}}", {"GET": async_requests.read}),
        *_of_discovery(discovery),
        _of_me(me),
        *_absent(),
    ]
    endpoints = [(path, Endpoint(handlers, recorder)) for path, handlers in places]
    of_tenants = [NamedRoute(f"{_TENANT}{path}", endpoint) for path, endpoint in endpoints]
    return [TenantRoutes(of_tenants), *(NamedRoute(*endpoint) for endpoint in endpoints)]


def _of_type(endpoints: TypeEndpoints) -> list[_Place]:
    resources, searches = endpoints.resources, endpoints.searches
    path = resources.resource_type.endpoint
    return [
        _below(f"{path}/.search", {"POST": searches.search}),
        _below(
            f"{path}/{{id}}",
            {
                "GET": resources.read,
                "PUT": resources.replace,
                "PATCH": resources.patch,
                "DELETE": resources.delete,
            },
        ),
        _below(path, {"GET": searches.query, "POST": resources.create}),
    ]


def _of_base(base: SearchEndpoints) -> list[_Place]:
    return [
        _below("/.search", {"POST": base.search}),
        _below("/", {"GET": base.query}),
        _below("", {"GET": base.query}),
    ]


def _of_discovery(discovery: DiscoveryEndpoints) -> list[_Place]:
    return [
        _below("/ServiceProviderConfig", {"GET": discovery.service_provider_config}),
        _below("/ResourceTypes", {"GET": discovery.resource_types}),
        _below("/ResourceTypes/{name}", {"GET": discovery.resource_type}),
        _below("/Schemas", {"GET": discovery.schemas}),
        _below("/Schemas/{urn}", {"GET": discovery.schema}),
    ]


def _of_me(me: MeEndpoint) -> _Place:
    return _below(
        "/Me",
        {
            "GET": me.read,
            "POST": me.create,
            "PUT": me.replace,
            "PATCH": me.patch,
            "DELETE": me.delete,
        },
    )


def _absent() -> list[_Place]:
    return [
        _below("/{rest:path}", _any_method(unknown_endpoint)),
        ("/scim/{rest:path}", _any_method(unknown_version)),
    ]


def _below(path: str, handlers: Mapping[str, Handler]) -> _Place:
    return BASE_PATH + path, handlers


def _any_method(handler: Handler) -> dict[str, Handler]:
    return dict.fromkeys(_METHODS, handler)
