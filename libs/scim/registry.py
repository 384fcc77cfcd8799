"""The schemas and resource types that a service provider knows (RFC 7643 section 8.7)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from scim.attributes import Attribute
from scim.definition_files import read_definitions
from scim.definitions import Documents, joined
from scim.resource_type import ResourceType, Schema
from scim.schema_document import parse_attributes, parse_resource_type, parse_schema

_SCHEMAS = ("user", "group", "enterprise_user")
_DISCOVERY_SCHEMAS = ("service_provider_config", "resource_type", "schema")
_RESOURCE_TYPES = ("user", "group")


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """The resource types, and every schema that is published."""

    resource_types: tuple[ResourceType, ...]
    schemas: tuple[Schema, ...]
    endpoints: Mapping[str, str] = field(init=False, repr=False)
    """Where the resources of each type are, by its name."""
    _names: Mapping[str, ResourceType] = field(init=False, repr=False)
    _endpoints: Mapping[str, ResourceType] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        endpoints = {t.name: t.endpoint for t in self.resource_types}
        object.__setattr__(self, "endpoints", endpoints)
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
    return _registry(_standard_documents())


def registry_of(folder: Path | None) -> Registry:
    """Return the standard's resource types and schemas as the files of a folder change them.

    Raises `DefinitionError`, whose text is one line, where a file has a mistake.
    """
    if folder is None:
        return standard_registry()
    return _registry(joined(_standard_documents(), read_definitions(folder)))


def _standard_documents() -> Documents:
    schemas = [_document("schemas", name) for name in _SCHEMAS]
    types = [_document("resource_types", name) for name in _RESOURCE_TYPES]
    return Documents({each["id"]: each for each in schemas}, {each["name"]: each for each in types})


def _registry(documents: Documents) -> Registry:
    types = documents.resource_types.values()
    bases = {each["schema"] for each in types}
    schemas = {
        uri: parse_schema(document, prefix="" if uri in bases else f"{uri}:")
        for uri, document in documents.schemas.items()
    }
    extending = {
        uri: parse_schema(document, prefix=f"{uri}:") for uri, document in documents.schemas.items()
    }
    endpoints = {each["name"]: each["endpoint"] for each in types}
    discovery = (parse_schema(_document("schemas", name)) for name in _DISCOVERY_SCHEMAS)
    common = common_attributes()
    return Registry(
        resource_types=tuple(
            parse_resource_type(
                each, schemas, extending=extending, common=common, endpoints=endpoints
            )
            for each in types
        ),
        schemas=(*schemas.values(), *discovery),
    )


@cache
def common_attributes() -> tuple[Attribute, ...]:
    """Return what every resource has: schemas, id, externalId and meta (RFC 7643 section 3)."""
    return parse_attributes(_document("schemas", "common")["attributes"])


def _document(folder: str, name: str) -> dict[str, Any]:
    text = (files("scim") / folder / f"{name}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
