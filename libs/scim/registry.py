"""The schemas and resource types that a service provider knows (RFC 7643 section 8.7)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from scim.attributes import Attribute
from scim.resource_type import ResourceType, Schema
from scim.schema_document import parse_attributes, parse_resource_type, parse_schema

_SCHEMAS = (
    "user",
    "group",
    "enterprise_user",
    "service_provider_config",
    "resource_type",
    "schema",
)
_RESOURCE_TYPES = ("user", "group")


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """The resource types, and every schema that is published."""

    resource_types: tuple[ResourceType, ...]
    schemas: tuple[Schema, ...]
    _names: Mapping[str, ResourceType] = field(init=False, repr=False)
    _endpoints: Mapping[str, ResourceType] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", {t.name: t for t in self.resource_types})
        object.__setattr__(self, "_endpoints", {t.endpoint: t for t in self.resource_types})

    def resource_type(self, name: str) -> ResourceType | None:
        """Return the resource type of this name, which is case-exact (erratum 8475)."""
        return self._names.get(name)

    def by_endpoint(self, endpoint: str) -> ResourceType | None:
        """Return the resource type whose resources are at this endpoint, e.g. "/Users"."""
        return self._endpoints.get(endpoint)


@cache
def standard_registry() -> Registry:
    """Return Users with the enterprise extension, and Groups; read from the package's files."""
    schemas = {schema.id: schema for schema in map(_schema, _SCHEMAS)}
    common = common_attributes()
    return Registry(
        resource_types=tuple(_resource_type(n, schemas, common) for n in _RESOURCE_TYPES),
        schemas=tuple(schemas.values()),
    )


def _schema(name: str) -> Schema:
    document = _document("schemas", name)
    is_extension = ":extension:" in document["id"]
    return parse_schema(document, prefix=f"{document['id']}:" if is_extension else "")


def _resource_type(
    name: str, schemas: Mapping[str, Schema], common: tuple[Attribute, ...]
) -> ResourceType:
    return parse_resource_type(_document("resource_types", name), schemas, common=common)


@cache
def common_attributes() -> tuple[Attribute, ...]:
    """Return what every resource has: schemas, id, externalId and meta (RFC 7643 section 3)."""
    return parse_attributes(_document("schemas", "common")["attributes"])


def _document(folder: str, name: str) -> dict[str, Any]:
    text = (files("scim") / folder / f"{name}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
