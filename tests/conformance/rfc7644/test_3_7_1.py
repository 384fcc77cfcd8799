"""Bulk: circular references."""

import pytest
from support.scim_client import Client

from scim.messages import GROUP_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP_A = {
    "method": "POST",
    "path": "/Groups",
    "bulkId": "qwerty",
    "data": {
        "schemas": [GROUP_SCHEMA],
        "displayName": "Group A",
        "members": [{"type": "Group", "value": "bulkId:ytrewq"}],
    },
}
GROUP_B = {
    "method": "POST",
    "path": "/Groups",
    "bulkId": "ytrewq",
    "data": {
        "schemas": [GROUP_SCHEMA],
        "displayName": "Group B",
        "members": [{"type": "Group", "value": "bulkId:qwerty"}],
    },
}


async def test_two_groups_that_contain_each_other_are_created(client: Client) -> None:
    results = await client.bulk(GROUP_A, GROUP_B)

    _, found = await client.ask("GET", "/Groups?attributes=displayName,members.value")
    groups = {group["displayName"]: group for group in found["Resources"]}
    assert [(each["bulkId"], each["status"]) for each in results] == [
        ("qwerty", "201"),
        ("ytrewq", "201"),
    ]
    assert groups["Group A"]["members"] == [{"value": groups["Group B"]["id"]}]
    assert groups["Group B"]["members"] == [{"value": groups["Group A"]["id"]}]
