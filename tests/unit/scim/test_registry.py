from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.registry import standard_registry
from scim.schema import resource_type_representation


def test_resource_types_are_found_by_name_and_by_endpoint() -> None:
    registry = standard_registry()

    assert [resource_type.name for resource_type in registry.resource_types] == ["User", "Group"]
    assert registry.resource_type("User") is registry.by_endpoint("/Users")
    assert registry.resource_type("user") is None
    assert registry.by_endpoint("/Devices") is None


def test_the_schemas_of_all_resource_types_are_published() -> None:
    published = [schema.id for schema in standard_registry().schemas]

    assert published[:3] == [USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA]
    assert not any(":api:messages:" in urn for urn in published)


def test_a_resource_type_is_represented_with_its_extensions() -> None:
    user, group = map(resource_type_representation, standard_registry().resource_types)

    assert user["schemaExtensions"] == [{"schema": ENTERPRISE_USER_SCHEMA, "required": False}]
    assert group == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "Group",
        "name": "Group",
        "description": "A group of users and groups.",
        "endpoint": "/Groups",
        "schema": GROUP_SCHEMA,
        "meta": {"resourceType": "ResourceType"},
    }


def test_attributes_are_found_in_any_case() -> None:
    user = standard_registry().resource_types[0]

    assert user.attribute("EMAILS.VALUE") is user.members["emails"].sub_attribute("Value")
    assert user.attribute("emails.size") is None
    assert user.schema.attribute("USERNAME") is user.attribute("userName")
