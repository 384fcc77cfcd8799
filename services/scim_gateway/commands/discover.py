"""Tells what the service provider offers (RFC 7644 section 4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim_gateway.domain.errors import NotFoundError
from scim_gateway.ports.schemas import Schemas


@dataclass(frozen=True, slots=True)
class Discover:
    """The resource types and schemas, each with its location."""

    schemas: Schemas
    base_uri: str

    async def resource_types(self, tenant: str) -> list[dict[str, Any]]:
        """Return every resource type."""
        discovered = await self.schemas.read(tenant)
        return [self._located(found, "ResourceTypes") for found in discovered.resource_types]

    async def all_schemas(self, tenant: str) -> list[dict[str, Any]]:
        """Return every schema."""
        discovered = await self.schemas.read(tenant)
        return [self._located(found, "Schemas") for found in discovered.schemas]

    async def resource_type(self, name: str, *, tenant: str) -> dict[str, Any]:
        """Return the resource type of this name, which is case-exact."""
        found = _first(t for t in await self.resource_types(tenant) if t["name"] == name)
        if found is None:
            raise NotFoundError(f"there is no resource type {name[:100]!a}: see /ResourceTypes")
        return found

    async def schema(self, urn: str, *, tenant: str) -> dict[str, Any]:
        """Return the schema of this URN in any case."""
        wanted = urn.lower()
        found = _first(s for s in await self.all_schemas(tenant) if s["id"].lower() == wanted)
        if found is None:
            raise NotFoundError(f"there is no schema {urn[:100]!a}: see /Schemas")
        return found

    def _located(self, resource: dict[str, Any], endpoint: str) -> dict[str, Any]:
        location = f"{self.base_uri}/{endpoint}/{resource['id']}"
        return {**resource, "meta": {**resource.get("meta", {}), "location": location}}


def _first(resources: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return next(iter(resources), None)
