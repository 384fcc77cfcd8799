"""Bulk: bulkIds stand for the ids of resources that are not there yet."""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALICE = {
    "method": "POST",
    "path": "/Users",
    "bulkId": "qwerty",
    "data": {"schemas": [USER_SCHEMA], "userName": "Alice"},
}
TOUR_GUIDES = {
    "method": "POST",
    "path": "/Groups",
    "bulkId": "ytrewq",
    "data": {
        "schemas": [GROUP_SCHEMA],
        "displayName": "Tour Guides",
        "members": [{"type": "User", "value": "bulkId:qwerty"}],
    },
}
BOB = {
    "method": "POST",
    "path": "/Users",
    "bulkId": "ytrewq",
    "data": {
        "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
        "userName": "Bob",
        ENTERPRISE_USER_SCHEMA: {
            "employeeNumber": "11250",
            "manager": {"value": "bulkId:qwerty"},
        },
    },
}


def id_of(result: dict[str, Any]) -> str:
    return str(result["location"]).rpartition("/")[2]


async def test_a_group_has_a_user_of_the_same_request(client: Client) -> None:
    alice, tour_guides = await client.bulk(ALICE, TOUR_GUIDES)

    _, group = await client.ask("GET", f"/Groups/{id_of(tour_guides)}")
    (member,) = group["members"]
    assert (member["type"], member["value"]) == ("User", id_of(alice))


async def test_a_user_has_a_manager_of_the_same_request(client: Client) -> None:
    alice, bob = await client.bulk(ALICE, BOB)

    _, user = await client.ask("GET", f"/Users/{id_of(bob)}")
    assert user[ENTERPRISE_USER_SCHEMA]["employeeNumber"] == "11250"
    assert user[ENTERPRISE_USER_SCHEMA]["manager"]["value"] == id_of(alice)


async def test_a_reference_may_come_before_what_it_refers_to(client: Client) -> None:
    tour_guides, alice = await client.bulk(TOUR_GUIDES, ALICE)

    _, group = await client.ask("GET", f"/Groups/{id_of(tour_guides)}")
    assert [member["value"] for member in group["members"]] == [id_of(alice)]


async def test_a_post_without_a_bulk_id_fails(client: Client) -> None:
    (result,) = await client.bulk({**ALICE, "bulkId": None})

    assert (result["status"], result["response"]["scimType"]) == ("400", "invalidValue")
