"""The resource types of the RFC's example: User, with the enterprise extension, and Group."""

import pytest
from support.scim_client import Client

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"


def _of_the_example(base_uri: str) -> list[dict[str, object]]:
    """Return it with our base URI, and an enterprise extension that nobody must have."""

    def meta(name: str) -> dict[str, str]:
        return {"location": f"{base_uri}/ResourceTypes/{name}", "resourceType": "ResourceType"}

    return [
        {
            "schemas": [_SCHEMA],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "schema": USER_SCHEMA,
            "schemaExtensions": [{"schema": ENTERPRISE_USER_SCHEMA, "required": False}],
            "meta": meta("User"),
        },
        {
            "schemas": [_SCHEMA],
            "id": "Group",
            "name": "Group",
            "endpoint": "/Groups",
            "schema": GROUP_SCHEMA,
            "meta": meta("Group"),
        },
    ]


async def test_the_resource_types_are_those_of_the_example(client: Client) -> None:
    _, listed = await client.ask("GET", "/ResourceTypes")

    descriptions = [each.pop("description") for each in listed["Resources"]]
    assert listed["Resources"] == _of_the_example(client.base_uri)
    assert all(descriptions)
