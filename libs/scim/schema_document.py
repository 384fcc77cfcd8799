"""Reads schemas and resource types from JSON (RFC 7643 sections 6, 7 and 8.7)."""

from collections.abc import Mapping
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability, Returned, Uniqueness
from scim.resource_type import ResourceType, Schema, SchemaExtension


def parse_schema(document: Mapping[str, Any], *, prefix: str = "") -> Schema:
    """Return the schema of a document that is known to be good; `prefix` goes before its paths."""
    return Schema(
        id=document["id"],
        name=document["name"],
        description=document["description"],
        attributes=parse_attributes(document["attributes"], prefix=prefix),
    )


def parse_attributes(
    definitions: list[dict[str, Any]], *, prefix: str = ""
) -> tuple[Attribute, ...]:
    """Return the attributes of a document that is known to be good."""
    return tuple(_parse_attribute(definition, prefix) for definition in definitions)


def _parse_attribute(definition: dict[str, Any], prefix: str) -> Attribute:
    path = prefix + definition["name"]
    return Attribute(
        name=definition["name"],
        type=AttributeType(definition["type"]),
        multi_valued=definition["multiValued"],
        required=definition.get("required", False),
        canonical_values=tuple(definition.get("canonicalValues", ())),
        case_exact=definition.get("caseExact", False),
        mutability=Mutability(definition.get("mutability", "readWrite")),
        returned=Returned(definition.get("returned", "default")),
        uniqueness=Uniqueness(definition.get("uniqueness", "none")),
        reference_types=tuple(definition.get("referenceTypes", ())),
        sub_attributes=parse_attributes(definition.get("subAttributes", []), prefix=f"{path}."),
        description=definition.get("description", ""),
        path=path,
    )


def parse_resource_type(
    document: Mapping[str, Any],
    schemas: Mapping[str, Schema],
    *,
    extending: Mapping[str, Schema],
    common: tuple[Attribute, ...],
    endpoints: Mapping[str, str],
) -> ResourceType:
    """Return the resource type of a document that is known to be good.

    `extending` has the schemas as extensions see them: their paths begin with their URNs.
    """
    extensions = document.get("schemaExtensions", [])
    return ResourceType(
        name=document["name"],
        endpoint=document["endpoint"],
        description=document["description"],
        schema=schemas[document["schema"]],
        extensions=tuple(
            SchemaExtension(extending[e["schema"]], e["required"]) for e in extensions
        ),
        common=common,
        endpoints=endpoints,
    )
