"""What the profile `strict` answers to the dialects: the RFC's error, and nothing is changed."""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import ENTERPRISE_USER_SCHEMA, PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DEPARTMENT = f"{ENTERPRISE_USER_SCHEMA}:department"


@pytest.fixture
def profile() -> str:
    return "strict"


async def test_dialects_are_refused_and_change_nothing(client: Client) -> None:
    ann = await client.create("/Users", userName="ann", active=True)
    team = await client.create("/Groups", displayName="Team", members=[{"value": ann["id"]}])
    member = [{"value": ann["id"]}]
    people: list[tuple[dict[str, Any], str]] = [
        ({"op": "Replace", "path": "title", "value": "A"}, "invalidSyntax"),
        ({"op": "replace", "path": "active", "value": "False"}, "invalidValue"),
        ({"op": "replace", "value": {"name.givenName": "A"}}, "invalidPath"),
        ({"op": "replace", "value": {_DEPARTMENT: "A"}}, "invalidPath"),
        ({"op": "add", "path": "manager", "value": {"value": "m"}}, "invalidPath"),
        ({"op": "add", "path": 'emails[type eq "work"].value', "value": "a@x"}, "noTarget"),
        ({"op": "add", "value": {"favouriteColour": "green"}}, "invalidPath"),
    ]
    removal = ({"op": "remove", "path": "members", "value": member}, "invalidSyntax")
    requests = [(f"/Users/{ann['id']}", *each) for each in people]

    for path, operation, scim_type in [*requests, (f"/Groups/{team['id']}", *removal)]:
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        status, error = await client.ask("PATCH", path, body)
        assert (operation, status, error["scimType"]) == (operation, 400, scim_type)
    for text in ('emails[type eq "work"].value eq "a@x"', "userName eq ann", 'active eq "True"'):
        status, error = await client.ask("GET", f"/Users?filter={text}")
        assert (text, status, error["scimType"]) == (text, 400, "invalidFilter")
    created, error = await client.ask(
        "POST", "/Users", {"schemas": [USER_SCHEMA], "userName": "bob", "shoeSize": 44}
    )

    assert (created, error["scimType"]) == (400, "invalidSyntax")
    assert (await client.ask("GET", f"/Users/{ann['id']}"))[1]["meta"] == ann["meta"]
    assert (await client.ask("GET", f"/Groups/{team['id']}"))[1] == team


async def test_a_bulk_operation_is_judged_by_the_same_profile(client: Client) -> None:
    data = {"schemas": [USER_SCHEMA], "userName": "ann", "active": "True"}

    (result,) = await client.bulk({"method": "POST", "path": "/Users", "bulkId": "a", "data": data})

    assert (result["status"], result["response"]["scimType"]) == ("400", "invalidValue")
