"""Attribute notation: names with a URN and without, in any case."""

import pytest
from support.scim_resources import GROUP, USER

from scim.errors import InvalidPathError
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.paths import AttributePath, parse_attribute_path
from scim.profile import STRICT
from scim.schema import ResourceType


@pytest.mark.parametrize(
    ("text", "resource_type", "path"),
    [
        (f"{USER_SCHEMA}:userName", USER, AttributePath(None, "userName", None)),
        (f"{USER_SCHEMA}:name.givenName", USER, AttributePath(None, "name", "givenName")),
        (
            "urn:IETF:params:scim:schemas:core:2.0:user:USERNAME",
            USER,
            AttributePath(None, "userName", None),
        ),
        ("userName", USER, AttributePath(None, "userName", None)),
        ("name.givenName", USER, AttributePath(None, "name", "givenName")),
        (f"{GROUP_SCHEMA}:members.value", GROUP, AttributePath(None, "members", "value")),
        (
            f"{ENTERPRISE_USER_SCHEMA}:manager.displayName",
            USER,
            AttributePath(ENTERPRISE_USER_SCHEMA, "manager", "displayName"),
        ),
    ],
)
def test_a_urn_is_optional_for_the_base_schema_alone(
    text: str, resource_type: ResourceType, path: AttributePath
) -> None:
    assert parse_attribute_path(text, resource_type, profile=STRICT) == path


@pytest.mark.parametrize(
    "text", ["employeeNumber", f"{ENTERPRISE_USER_SCHEMA}:userName", f"{GROUP_SCHEMA}:displayName"]
)
def test_an_attribute_of_another_schema_is_none_of_a_user(text: str) -> None:
    with pytest.raises(InvalidPathError):
        parse_attribute_path(text, USER, profile=STRICT)
