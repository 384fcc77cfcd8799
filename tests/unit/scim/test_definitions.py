"""Definitions that an operator brings: how they are read, and every mistake that is told of."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.custom_schemas import (
    BADGE,
    BADGE_SCHEMA,
    BADGES,
    DEVICE,
    DEVICE_SCHEMA,
    DEVICES,
    WARRANTY_SCHEMA,
    attribute,
    list_response,
    registry_with,
    resource_type,
    schema,
)

from scim.attributes import AttributeType, Mutability, Returned, Uniqueness
from scim.definition_errors import DefinitionError
from scim.messages import GROUP_SCHEMA, SCHEMA_SCHEMA, USER_SCHEMA
from scim.registry import Registry, registry_of, standard_registry
from scim.resource_type import ResourceType
from scim.schema import resource_type_representation, schema_representation

_SYSTEM = resource_type("System", "urn:example:System")


def _type(registry: Registry, name: str) -> ResourceType:
    found = registry.resource_type(name)
    assert found is not None
    return found


def test_without_a_folder_there_is_what_the_standard_has() -> None:
    assert registry_of(None) is standard_registry()


def test_a_new_resource_type_has_an_endpoint_and_its_schemas_are_published(tmp_path: Path) -> None:
    registry = registry_with(tmp_path, *DEVICES)

    device = registry.by_endpoint("/Devices")

    assert device is registry.resource_type("Device")
    assert registry.endpoints == {"User": "/Users", "Group": "/Groups", "Device": "/Devices"}
    assert {DEVICE_SCHEMA, WARRANTY_SCHEMA} <= {each.id for each in registry.schemas}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(DEVICES, id="an object per file"),
        pytest.param([list(DEVICES)], id="an array"),
        pytest.param(
            [list_response(*DEVICES[:2]), list_response(DEVICES[2])], id="two ListResponses"
        ),
    ],
)
def test_a_file_may_hold_one_or_several(tmp_path: Path, files: list[Any]) -> None:
    assert "Device" in registry_with(tmp_path, *files).endpoints


def test_characteristics_that_are_not_given_have_the_defaults_of_the_rfc(tmp_path: Path) -> None:
    bare = schema("urn:example:System", {"name": "label", "type": "string"})

    label = _type(registry_with(tmp_path, bare, _SYSTEM), "System").attribute("label")

    assert label is not None
    assert (label.multi_valued, label.required, label.case_exact) == (False, False, False)
    assert (label.mutability, label.returned) == (Mutability.READ_WRITE, Returned.DEFAULT)
    assert label.uniqueness is Uniqueness.NONE


@pytest.mark.parametrize("kind", ["binary", "reference"])
def test_binary_values_and_references_are_case_exact_unless_a_file_says_otherwise(
    tmp_path: Path, kind: str
) -> None:
    silent = attribute("silent", kind)
    definition = schema("urn:example:System", silent, attribute("folded", kind, caseExact=False))

    system = _type(registry_with(tmp_path, definition, _SYSTEM), "System")

    exactness = {each.name: each.case_exact for each in system.schema.attributes}
    assert exactness == {"silent": True, "folded": False}


def test_keywords_are_understood_in_any_case(tmp_path: Path) -> None:
    shouted = schema("urn:example:System", attribute("made", "DATETIME", Mutability="ReadOnly"))

    made = _type(registry_with(tmp_path, shouted, _SYSTEM), "System").attribute("made")

    assert made is not None
    assert (made.type, made.mutability) == (AttributeType.DATE_TIME, Mutability.READ_ONLY)


def test_several_complex_values_have_the_sub_attributes_of_the_rfc(tmp_path: Path) -> None:
    bare = schema("urn:example:System", attribute("links", "complex", multiValued=True))

    system = _type(registry_with(tmp_path, bare, _SYSTEM), "System")

    names = [path for path in system.paths if path.startswith("links.")]
    assert names == ["links.value", "links.display", "links.type", "links.primary", "links.$ref"]


def test_a_standard_attribute_is_changed_where_a_file_says_so(tmp_path: Path) -> None:
    stricter = schema(
        USER_SCHEMA.upper(),
        {"name": "DisplayName", "required": True},
        {"name": "emails", "subAttributes": [{"name": "value", "uniqueness": "server"}]},
    )

    user = _type(registry_with(tmp_path, stricter), "User")

    display, email, kind = map(user.attribute, ("displayName", "emails.value", "emails.type"))
    assert display is not None
    assert (display.name, display.required) == ("displayName", True)
    assert email is not None
    assert email.uniqueness is Uniqueness.SERVER
    assert kind is not None
    assert kind.canonical_values == ("work", "home", "other")
    assert user.attribute("userName") is not None


def test_an_extension_joins_those_of_the_standard(tmp_path: Path) -> None:
    user = _type(registry_with(tmp_path, *BADGES), "User")

    shown = resource_type_representation(user)["schemaExtensions"]

    assert [(each["schema"].split(":")[-3], each["required"]) for each in shown] == [
        ("enterprise", False),
        ("badge", True),
    ]
    assert user.attribute(f"{BADGE_SCHEMA}:number") is not None


def test_common_attributes_stay_as_the_rfc_has_them(tmp_path: Path) -> None:
    """RFC 7643 section 3.1: what an older schema says of them is overridden."""
    older = schema("urn:example:System", attribute("ID"), attribute("meta"), attribute("label"))

    system = _type(registry_with(tmp_path, older, _SYSTEM), "System")

    assert [each.name for each in system.schema.attributes] == ["label"]


def test_what_the_store_keeps_by_itself_stays_as_it_is(tmp_path: Path) -> None:
    """Memberships and passwords are not for a file to make readable, or to make strings."""
    copied = schema(
        USER_SCHEMA,
        attribute("password", mutability="readWrite", returned="default", caseExact=True),
        attribute("groups", "complex", multiValued=True, mutability="readWrite"),
    )

    user = _type(registry_with(tmp_path, copied), "User")

    password, groups = map(user.attribute, ("password", "groups"))
    assert password is not None
    assert (password.mutability, password.returned) == (Mutability.WRITE_ONLY, Returned.NEVER)
    assert groups is not None
    assert groups.mutability is Mutability.READ_ONLY


def test_devices_may_be_in_groups_where_a_file_says_so(tmp_path: Path) -> None:
    reference = {"name": "$ref", "referenceTypes": ["User", "Group", "Device"]}
    group = schema(GROUP_SCHEMA, {"name": "members", "subAttributes": [reference]})

    found = _type(registry_with(tmp_path, group, *DEVICES), "Group").attribute("members.$ref")

    assert found is not None
    assert found.reference_types == ("User", "Group", "Device")


def test_what_is_write_only_is_never_returned(tmp_path: Path) -> None:
    code = _type(registry_with(tmp_path, *DEVICES), "Device").attribute("unlockCode")

    assert code is not None
    assert code.returned is Returned.NEVER


def test_descriptions_of_discovery_and_messages_are_passed_over(tmp_path: Path) -> None:
    """Servers list them among their schemas and resource types."""
    listed = list_response(
        schema(SCHEMA_SCHEMA, attribute("name")),
        schema("urn:ietf:params:scim:api:messages:2.0:ListResponse", attribute("totalResults")),
        schema("urn:ietf:params:scim:schemas:core:2.0:Common", attribute("id")),
        {"name": "Schema", "endpoint": "/Schemas", "schema": SCHEMA_SCHEMA},
    )

    registry = registry_with(tmp_path, listed)

    assert registry.endpoints == standard_registry().endpoints


def test_our_own_schemas_and_resource_types_change_nothing(tmp_path: Path) -> None:
    standard = standard_registry()
    schemas = [schema_representation(each) for each in standard.schemas]
    types = [resource_type_representation(each) for each in standard.resource_types]

    registry = registry_with(tmp_path, list_response(*schemas), list_response(*types))

    assert [schema_representation(each) for each in registry.schemas] == schemas
    assert [resource_type_representation(each) for each in registry.resource_types] == types


def test_the_example_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    document = (Path(__file__).parents[3] / "docs" / "scim.md").read_text()
    example = re.findall(r"```json\n(\[.*?\n\])\n```", document, re.DOTALL)

    registry = registry_with(tmp_path, *map(json.loads, example))

    assert registry.endpoints["Device"] == "/Devices"
    display = _type(registry, "User").attribute("displayName")
    assert display is not None
    assert display.required


_D = f"{DEVICE_SCHEMA}:"
_NUMBER = attribute("n")


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ([attribute("n", "text")], f"{_D}n.type: must be one of string, boolean,"),
        ([{"name": "n"}], f"{_D}n: has no type"),
        ([attribute("n", required="yes")], f"{_D}n.required: must be true or false, not 'yes'"),
        ([attribute("n", mutability="readwrites")], f"{_D}n.mutability: must be one of readOnly,"),
        ([attribute("n", uniqueness=True)], f"{_D}n.uniqueness: must be one of none, server,"),
        (
            [attribute("n", require_d=True)],
            f"{_D}n: has 'require_d', which is no characteristic: re",
        ),
        ([attribute("n", canonicalValues="a")], f"{_D}n.canonicalValues: must be an array of str"),
        ([_NUMBER, attribute("N")], f"{_D}N: is defined twice"),
        ([attribute("a b")], f"{DEVICE_SCHEMA}: an attribute has the name 'a b'"),
        ([attribute("n", "complex")], f"{_D}n: is complex, so it must have subAttributes"),
        ([attribute("n", subAttributes=[_NUMBER])], f"{_D}n: has subAttributes, so its type must"),
        (
            [
                attribute(
                    "n", "complex", subAttributes=[attribute("m", "complex", multiValued=True)]
                )
            ],
            f"{_D}n.m: must not be complex",
        ),
        ([attribute("n", "boolean", uniqueness="server")], f"{_D}n: cannot be unique"),
        ([attribute("n", required=True, mutability="readOnly")], f"{_D}n: is required and readOn"),
        ([attribute("n", required=True, returned="never")], f"{_D}n: is required and never"),
        ([attribute("members")], f"{_D}members: must be of type complex"),
        ("n", f"{DEVICE_SCHEMA}: its attributes must be an array, not a string"),
        (["n"], f"{DEVICE_SCHEMA}: its attributes must be objects, not a string"),
    ],
)
def test_a_mistake_in_an_attribute_is_told_with_its_path(
    tmp_path: Path, attributes: list[Any], sentence: str
) -> None:
    mistaken = {"id": DEVICE_SCHEMA, "attributes": attributes}

    with pytest.raises(DefinitionError) as refused:
        registry_with(tmp_path, mistaken, resource_type("Device", DEVICE_SCHEMA))

    assert str(refused.value).startswith(f"{tmp_path / '1.json'}: {sentence}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("documents", "sentence"),
    [
        ([DEVICE], f"1.json: {DEVICE_SCHEMA}: is a schema that no resource type has"),
        ([DEVICES[2]], f"1.json: Device: names the schema {DEVICE_SCHEMA}, which no file defines"),
        ([DEVICE, *DEVICES], f"2.json: {DEVICE_SCHEMA}: is defined in "),
        ([*DEVICES, DEVICES[2]], "4.json: Device: is defined in "),
        ([DEVICE, {**DEVICES[2], "endpoint": "/Bulk"}], "2.json: Device.endpoint: /Bulk is an end"),
        ([DEVICE, {**DEVICES[2], "endpoint": "/users"}], "2.json: Device.endpoint: /users is the"),
        ([DEVICE, {**DEVICES[2], "endpoint": "a/b"}], "2.json: Device.endpoint: must be a slash"),
        ([DEVICE, {**DEVICES[2], "name": "a b"}], "2.json: a b.name: must be a letter, and then"),
        ([{"name": "User", "endpoint": "/P"}], "1.json: User.endpoint: must be /Users for a User"),
        (
            [DEVICE, resource_type("Device", DEVICE_SCHEMA, DEVICE_SCHEMA)],
            "2.json: Device: names one schema twice",
        ),
        (
            [DEVICE, {**DEVICES[2], "schemaExtensions": ["x"]}],
            "2.json: Device.schemaExtensions: each must be an object with a schema",
        ),
        ([{**BADGE, "id": "a b"}], "1.json: a b: a schema's id must be a URI"),
        ([{"id": "x"}], "1.json: x: is neither a Schema, which has attributes, nor a ResourceType"),
        ([[1]], "1.json: definition 1 must be an object, not a number"),
        ([[{}]], "1.json: definition 1 has no id"),
        (["x"], "1.json: must hold an object or an array, not a string"),
        ([{"Resources": 1}], "1.json: Resources must be an array, not a number"),
        (
            [schema(USER_SCHEMA, attribute("title", "boolean"))],
            f"1.json: {USER_SCHEMA}:title: must be of type string, which a file cannot change",
        ),
        (
            [schema(USER_SCHEMA, attribute("emails", "complex"))],
            f"1.json: {USER_SCHEMA}:emails: must have multiValued true",
        ),
    ],
)
def test_a_mistake_in_a_definition_is_told_with_its_file(
    tmp_path: Path, documents: list[Any], sentence: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        registry_with(tmp_path, *documents)

    assert str(refused.value).startswith(f"{tmp_path}/{sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON: "),
        ('{"id": "a", "id": "b"}', "an object has the member 'id' twice"),
        ("\udcff", "is not JSON: "),
    ],
)
def test_a_file_that_cannot_be_read_is_told_of(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "x.json").write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(DefinitionError) as refused:
        registry_of(tmp_path)

    assert str(refused.value).startswith(f"{tmp_path / 'x.json'}: {sentence}")


def test_a_folder_must_be_one_and_have_a_file(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="has no file whose name ends in"):
        registry_of(tmp_path)
    with pytest.raises(DefinitionError, match="is no folder"):
        registry_of(tmp_path / "missing")
