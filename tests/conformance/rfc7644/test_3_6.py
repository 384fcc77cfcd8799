"""Deleting resources."""

import pytest
from support.scim_client import Client

from scim.messages import USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_deleted_is_gone_for_every_method_and_its_name_is_free(
    client: Client,
) -> None:
    created = await client.create("/Users", userName="bjensen")
    path = f"/Users/{created['id']}"
    body = {"schemas": [USER_SCHEMA], "userName": "bjensen"}

    deleted = await client.ask("DELETE", path, If_Match=created["meta"]["version"])

    assert deleted == (204, None)
    for method in ("GET", "PUT", "DELETE"):
        status, error = await client.ask(method, path, body if method == "PUT" else None)
        assert (method, status, error["status"]) == (method, 404, "404")
    _, listed = await client.ask("GET", '/Users?filter=userName eq "bjensen"')
    assert listed["totalResults"] == 0
    again = await client.create("/Users", userName="bjensen")
    assert again["id"] != created["id"]
