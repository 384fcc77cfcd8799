"""Schemas and resource types, and what discovery shows of them (RFC 7643 sections 6 and 7)."""

from typing import Any

from scim.attributes import (
    Attribute,
    AttributePath,
    AttributeType,
    Mutability,
    Returned,
    Uniqueness,
)
from scim.messages import RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA
from scim.resource_type import ResourceType, Schema, SchemaExtension

__all__ = [
    "Attribute",
    "AttributePath",
    "AttributeType",
    "Mutability",
    "ResourceType",
    "Returned",
    "Schema",
    "SchemaExtension",
    "Uniqueness",
    "resource_type_representation",
    "schema_representation",
]

_WITHOUT_CASE = (AttributeType.BOOLEAN, AttributeType.COMPLEX)


def schema_representation(schema: Schema) -> dict[str, Any]:
    """Return the schema as a resource; its meta.location is for who knows the base URI."""
    return {
        "schemas": [SCHEMA_SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_attribute_representation(attribute) for attribute in schema.attributes],
        "meta": {"resourceType": "Schema"},
    }


def _attribute_representation(attribute: Attribute) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "canonicalValues": list(attribute.canonical_values),
        "referenceTypes": list(attribute.reference_types),
        "subAttributes": [_attribute_representation(sub) for sub in attribute.sub_attributes],
    }
    return {
        "name": attribute.name,
        "type": attribute.type.value,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        **_comparison_characteristics(attribute),
        "mutability": attribute.mutability.value,
        "returned": attribute.returned.value,
        **{name: value for name, value in optional.items() if value},
    }


def _comparison_characteristics(attribute: Attribute) -> dict[str, Any]:
    """Booleans and complex values have neither case nor uniqueness (erratum 6004)."""
    if attribute.type in _WITHOUT_CASE:
        return {}
    return {"caseExact": attribute.case_exact, "uniqueness": attribute.uniqueness.value}


def resource_type_representation(resource_type: ResourceType) -> dict[str, Any]:
    """Return the resource type as a resource; its meta.location is for who knows the base URI."""
    extensions = [
        {"schema": extension.schema.id, "required": extension.required}
        for extension in resource_type.extensions
    ]
    return {
        "schemas": [RESOURCE_TYPE_SCHEMA],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        **({"schemaExtensions": extensions} if extensions else {}),
        "meta": {"resourceType": "ResourceType"},
    }
