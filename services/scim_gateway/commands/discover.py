"""Tells what the service provider offers (RFC 7644 section 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim_gateway.domain.base_uris import Place
from scim_gateway.domain.errors import NotFoundError
from scim_gateway.ports.schemas import Schemas


@dataclass(frozen=True, slots=True)
class Discover:
    """The resource types and schemas, each with its location."""

    schemas: Schemas

    async def resource_types(self, place: Place) -> list[dict[str, Any]]:
        """Return every resource type."""
        discovered = await self.schemas.read(place.tenant)
        return [
            _located(found, f"{place.base_uri}/ResourceTypes")
            for found in discovered.resource_types
        ]

    async def all_schemas(self, place: Place) -> list[dict[str, Any]]:
        """Return every schema."""
        discovered = await self.schemas.read(place.tenant)
        return [_located(found, f"{place.base_uri}/Schemas") for found in discovered.schemas]

    async def resource_type(self, name: str, *, place: Place) -> dict[str, Any]:
        """Return the resource type of this name, which is case-exact."""
        found = _first(t for t in await self.resource_types(place) if t["name"] == name)
        if found is None:
            raise NotFoundError(f"there is no resource type {name[:100]!a}: see /ResourceTypes")
        return found

    async def schema(self, urn: str, *, place: Place) -> dict[str, Any]:
        """Return the schema of this URN in any case."""
        wanted = urn.lower()
        found = _first(s for s in await self.all_schemas(place) if s["id"].lower() == wanted)
        if found is None:
            raise NotFoundError(f"there is no schema {urn[:100]!a}: see /Schemas")
        return found


def _located(resource: dict[str, Any], endpoint: str) -> dict[str, Any]:
    location = f"{endpoint}/{resource['id']}"
    return {**resource, "meta": {**resource.get("meta", {}), "location": location}}


def _first(resources: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return next(iter(resources), None)
