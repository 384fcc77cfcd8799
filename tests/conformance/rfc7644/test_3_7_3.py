"""Bulk: the response, and errors."""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import BULK_REQUEST, BULK_RESPONSE, ERROR, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALICE = {
    "method": "POST",
    "path": "/Users",
    "bulkId": "qwerty",
    "data": {"schemas": [USER_SCHEMA], "userName": "Alice"},
}


async def people(client: Client) -> list[dict[str, Any]]:
    return [await client.create("/Users", userName=name) for name in ("bob", "dave", "joe")]


def on_three(bob: dict[str, Any], dave: dict[str, Any], joe: dict[str, Any]) -> list[Any]:
    """Give the operations of the section's example beside Alice's."""
    replacement = {"schemas": [USER_SCHEMA], "id": bob["id"], "userName": "Bob"}
    patching = [
        {"op": "remove", "path": "nickName"},
        {"op": "add", "path": "userName", "value": "Dave"},
    ]
    return [
        {
            "method": "PUT",
            "path": f"/Users/{bob['id']}",
            "version": bob["meta"]["version"],
            "data": replacement,
        },
        {
            "method": "PATCH",
            "path": f"/Users/{dave['id']}",
            "version": dave["meta"]["version"],
            "data": patching,
        },
        {"method": "DELETE", "path": f"/Users/{joe['id']}", "version": joe["meta"]["version"]},
    ]


async def test_each_operation_has_the_status_that_a_request_of_its_own_would_have(
    client: Client,
) -> None:
    three = await people(client)
    request = {
        "schemas": [BULK_REQUEST],
        "failOnErrors": 1,
        "Operations": [ALICE, *on_three(*three)],
    }

    status, response = await client.ask("POST", "/Bulk", request)

    results = response["Operations"]
    assert (status, response["schemas"]) == (200, [BULK_RESPONSE])
    assert [(each["method"], each["status"]) for each in results] == [
        ("POST", "201"),
        ("PUT", "200"),
        ("PATCH", "200"),
        ("DELETE", "204"),
    ]
    assert results[0]["bulkId"] == "qwerty"
    assert [each["location"] for each in results[1:]] == [
        each["meta"]["location"] for each in three
    ]


async def test_an_error_is_in_the_response_of_its_operation(client: Client) -> None:
    (result,) = await client.bulk({**ALICE, "data": {"schemas": [USER_SCHEMA]}}, failOnErrors=1)

    detail = result["response"].pop("detail")
    assert result == {
        "method": "POST",
        "bulkId": "qwerty",
        "status": "400",
        "response": {"schemas": [ERROR], "status": "400", "scimType": "invalidValue"},
    }
    assert "userName" in detail


async def test_a_failed_change_has_the_location_of_its_resource(client: Client) -> None:
    (result,) = await client.bulk({"method": "DELETE", "path": "/Users/2819c223"})

    assert result["location"] == f"{client.base_uri}/Users/2819c223"
    assert (result["status"], result["response"]["status"]) == ("404", "404")


@pytest.mark.parametrize(("fail_on_errors", "processed"), [(1, 1), (2, 3), (None, 4)])
async def test_the_errors_that_end_a_request_are_counted(
    client: Client, fail_on_errors: int | None, processed: int
) -> None:
    unknown = {"method": "DELETE", "path": "/Users/2819c223"}

    results = await client.bulk(unknown, ALICE, unknown, unknown, failOnErrors=fail_on_errors)

    assert [each["status"] for each in results] == ["404", "201", "404", "404"][:processed]
