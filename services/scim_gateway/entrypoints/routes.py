"""The paths of the protocol (RFC 7644 section 3.2), and who answers them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from scim_gateway.entrypoints.absent import (
    UnsupportedFeature,
    unknown_endpoint,
    unknown_version,
)
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.bulk import BulkEndpoint
from scim_gateway.entrypoints.discovery import DiscoveryEndpoints
from scim_gateway.entrypoints.endpoint import Endpoint, Handler
from scim_gateway.entrypoints.resources import ResourceEndpoints
from scim_gateway.entrypoints.searches import SearchEndpoints
from servicekit.http import NamedRoute

BASE_PATH: Final = "/scim/v2"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


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
    discovery: DiscoveryEndpoints,
    authentication: Authentication,
) -> list[NamedRoute]:
    """Return the routes in the order in which they must be tried; the first are the hot ones."""
    return [
        *(route for endpoints in types for route in _type_routes(endpoints)),
        *_base_routes(base),
        _route("/Bulk", {"POST": bulk.carry_out}),
        *_discovery_routes(discovery),
        *_absent_routes(authentication),
    ]


def _type_routes(endpoints: TypeEndpoints) -> list[NamedRoute]:
    resources, searches = endpoints.resources, endpoints.searches
    path = resources.resource_type.endpoint
    return [
        _route(f"{path}/.search", {"POST": searches.search}),
        _route(
            f"{path}/{{id}}",
            {
                "GET": resources.read,
                "PUT": resources.replace,
                "PATCH": resources.patch,
                "DELETE": resources.delete,
            },
        ),
        _route(path, {"GET": searches.query, "POST": resources.create}),
    ]


def _base_routes(base: SearchEndpoints) -> list[NamedRoute]:
    return [
        _route("/.search", {"POST": base.search}),
        _route("/", {"GET": base.query}),
        _route("", {"GET": base.query}),
    ]


def _discovery_routes(discovery: DiscoveryEndpoints) -> list[NamedRoute]:
    return [
        _route("/ServiceProviderConfig", {"GET": discovery.service_provider_config}),
        _route("/ResourceTypes", {"GET": discovery.resource_types}),
        _route("/ResourceTypes/{name}", {"GET": discovery.resource_type}),
        _route("/Schemas", {"GET": discovery.schemas}),
        _route("/Schemas/{urn}", {"GET": discovery.schema}),
    ]


def _absent_routes(authentication: Authentication) -> list[NamedRoute]:
    me = UnsupportedFeature(authentication, "/Me is not supported", "RFC 7644 section 3.11")
    return [
        _route("/Me", _any_method(me.refuse)),
        _route("/{rest:path}", _any_method(unknown_endpoint)),
        NamedRoute("/scim/{rest:path}", Endpoint(_any_method(unknown_version))),
    ]


def _route(path: str, handlers: Mapping[str, Handler]) -> NamedRoute:
    return NamedRoute(BASE_PATH + path, Endpoint(handlers))


def _any_method(handler: Handler) -> dict[str, Handler]:
    return dict.fromkeys(_METHODS, handler)
