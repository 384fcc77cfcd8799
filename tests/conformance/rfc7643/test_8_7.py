"""The schemas that are published (RFC 7643 section 8.7), beside those of another implementation."""

from collections.abc import Iterator
from typing import Any

import pytest
from scim2_models import (
    EnterpriseUser,
    Group,
    Resource,
    ResourceType,
    ServiceProviderConfig,
    User,
)
from scim2_models import Schema as SchemaResource

from scim.registry import standard_registry
from scim.schema import schema_representation

_SCHEMAS = {s.id: schema_representation(s) for s in standard_registry().schemas}
_REASONS = {
    ("User", "password", "caseExact"): "printed so in section 8.7.1",
    ("Group", "members.display", "mutability"): "derived from the member",
    ("EnterpriseUser", "manager.$ref", "required"): "printed so in section 8.7.1",
    ("EnterpriseUser", "manager.value", "required"): "printed so in section 8.7.1",
    ("ServiceProviderConfig", "securityEvents", ""): "RFC 9967 section 5",
    ("ServiceProviderConfig", "securityEvents.asyncRequest", ""): "RFC 9967 section 5",
    ("ServiceProviderConfig", "securityEvents.eventUris", ""): "RFC 9967 section 5",
    ("ServiceProviderConfig", "id", ""): "section 3.1: it needs none",
    ("ResourceType", "id", "caseExact"): "section 3.1 overrides it",
    ("ResourceType", "schemaExtensions", "required"): "section 6 says OPTIONAL",
    ("Schema", "id", "caseExact"): "section 3.1 overrides it",
    ("Schema", "id", "uniqueness"): "section 3.1 overrides it",
    ("Schema", "id", "returned"): "section 3.1 overrides it",
    ("Schema", "attributes.subAttributes.type", "canonicalValues"): "erratum 8415",
}


def _flat(attributes: list[dict[str, Any]], prefix: str = "") -> dict[str, dict[str, Any]]:
    named = {}
    for attribute in attributes:
        path = prefix + attribute["name"]
        unlike = ("name", "description", "subAttributes")
        named[path] = {name: value for name, value in attribute.items() if name not in unlike}
        named |= _flat(attribute.get("subAttributes") or [], f"{path}.")
    return named


def _differences(
    ours: dict[str, dict[str, Any]], theirs: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    yield from ((path, "") for path in ours.keys() ^ theirs.keys())
    for path in ours.keys() & theirs.keys():
        shared = ours[path].keys() & theirs[path].keys()
        yield from ((path, name) for name in shared if ours[path][name] != theirs[path][name])


@pytest.mark.parametrize(
    "model",
    [User, Group, EnterpriseUser, ServiceProviderConfig, ResourceType, SchemaResource],
    ids=lambda model: model.__name__,
)
def test_a_schema_differs_only_for_a_reason(model: type[Resource[Any]]) -> None:
    theirs = model.to_schema().model_dump()

    differences = _differences(
        _flat(_SCHEMAS[theirs["id"]]["attributes"]), _flat(theirs["attributes"])
    )

    reasons = {
        (path, name) for schema, path, name in _REASONS if schema == theirs["name"].replace(" ", "")
    }
    assert set(differences) == reasons


@pytest.mark.parametrize("schema", _SCHEMAS.values(), ids=lambda schema: schema["name"])
def test_a_published_schema_can_be_read_by_another_implementation(schema: dict[str, Any]) -> None:
    read = SchemaResource.model_validate(schema)

    assert read.id == schema["id"]
    assert len(read.attributes or ()) == len(schema["attributes"])


@pytest.mark.parametrize("schema", _SCHEMAS.values(), ids=lambda schema: schema["name"])
def test_nothing_published_is_null(schema: dict[str, Any]) -> None:
    def values(part: Any) -> Iterator[Any]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        yield part
        for value in inner:
            yield from values(value)

    assert None not in list(values(schema))


def test_complex_and_boolean_attributes_have_neither_case_nor_uniqueness() -> None:
    """Erratum 6004."""
    attributes = [a for s in _SCHEMAS.values() for a in _flat(s["attributes"]).values()]

    for attribute in attributes:
        has_neither = attribute["type"] in ("complex", "boolean")
        assert ("caseExact" in attribute) is not has_neither
        assert ("uniqueness" in attribute) is not has_neither


@pytest.mark.parametrize(
    ("schema", "path", "characteristic", "expected"),
    [
        pytest.param("Group", "displayName", "required", True, id="5368"),
        pytest.param("Schema", "attributes.referenceTypes", "multiValued", True, id="5607"),
        pytest.param(
            "Schema",
            "attributes.subAttributes.referenceTypes",
            "multiValued",
            True,
            id="5607 inner",
        ),
        pytest.param("ResourceType", "schemaExtensions", "multiValued", True, id="7522"),
        pytest.param("User", "groups.$ref", "referenceTypes", ["Group"], id="8471"),
        pytest.param("EnterpriseUser", "manager.value", "caseExact", True, id="8472"),
        pytest.param("ResourceType", "name", "uniqueness", "server", id="8475 name"),
        pytest.param("ResourceType", "endpoint", "uniqueness", "server", id="8475 endpoint"),
    ],
)
def test_an_erratum_is_applied(
    schema: str, path: str, characteristic: str, expected: object
) -> None:
    (published,) = (s for s in _SCHEMAS.values() if s["name"] == schema)

    assert _flat(published["attributes"])[path][characteristic] == expected
