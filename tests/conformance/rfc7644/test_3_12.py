"""Errors: the examples, by what leads to them."""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import ERROR, PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW_ID = {"op": "replace", "path": "id", "value": "x"}


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        pytest.param("GET", "/Users/nobody", None, {"status": "404"}, id="not found"),
        pytest.param("GET", "/Shoes", None, {"status": "404"}, id="no such endpoint"),
        pytest.param(
            "PATCH",
            "/Users/{id}",
            {"schemas": [PATCH_OP], "Operations": [NEW_ID]},
            {"status": "400", "scimType": "mutability"},
            id="a readOnly attribute",
        ),
        pytest.param(
            "POST",
            "/Users",
            {"schemas": [USER_SCHEMA], "userName": "ann"},
            {"status": "409", "scimType": "uniqueness"},
            id="a name in use",
        ),
        pytest.param(
            "GET",
            "/Users?filter=userName sounds like",
            None,
            {"status": "400", "scimType": "invalidFilter"},
            id="a filter that is none",
        ),
    ],
)
async def test_an_error_is_a_message_with_the_status_as_a_string(
    client: Client, method: str, path: str, body: Any, error: dict[str, str]
) -> None:
    ann = await client.create("/Users", userName="ann")

    status, answer = await client.ask(method, path.format(id=ann["id"]), body)

    assert answer.pop("detail")
    assert answer == {"schemas": [ERROR], **error}
    assert str(status) == error["status"]
