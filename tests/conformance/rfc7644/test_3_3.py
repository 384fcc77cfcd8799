"""Creating resources: the example, and what a service provider makes of what it does not take."""

import pytest
from support.scim_client import Client

from scim.messages import ERROR, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

BABS = {
    "schemas": [USER_SCHEMA],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {
        "formatted": "Ms. Barbara J Jensen III",
        "familyName": "Jensen",
        "givenName": "Barbara",
    },
}


async def test_the_example_is_created_and_its_location_is_told_twice(client: Client) -> None:
    async with client.session.post(f"{client.base_uri}/Users", json=BABS) as answer:
        status, headers, created = answer.status, answer.headers, await answer.json()

    assert status == 201
    assert headers["Content-Type"].startswith("application/scim+json")
    assert headers["Location"] == created["meta"]["location"]
    assert headers["ETag"] == created["meta"]["version"]
    assert created["meta"]["location"] == f"{client.base_uri}/Users/{created['id']}"
    assert created["meta"]["created"] == created["meta"]["lastModified"]
    assert {name: created[name] for name in BABS} == BABS


async def test_what_is_read_only_is_ignored_and_what_is_null_is_unassigned(client: Client) -> None:
    given = {"id": "mine", "meta": {"version": "x"}, "groups": [{"value": "x"}], "title": None}

    created = await client.create("/Users", userName="ann", emails=[], **given)

    assert created["id"] != "mine"
    assert created["meta"]["version"] != "x"
    assert not {"groups", "title", "emails"} & set(created)


async def test_a_duplicate_is_a_conflict(client: Client) -> None:
    await client.create("/Users", userName="bjensen")

    status, error = await client.ask("POST", "/Users", {**BABS, "userName": "BJensen"})

    assert (status, error["status"], error["scimType"]) == (409, "409", "uniqueness")
    assert error["schemas"] == [ERROR]
