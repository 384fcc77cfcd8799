"""Bulk: the most operations; the largest payload is in tests/integration."""

import pytest
from support.scim_client import Client

from scim.messages import BULK_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_too_many_operations_are_refused_by_their_number(client: Client) -> None:
    _, config = await client.ask("GET", "/ServiceProviderConfig")
    most = config["bulk"]["maxOperations"]
    operations = [{"method": "DELETE", "path": "/Users/1"}] * (most + 1)

    status, error = await client.ask(
        "POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": operations}
    )

    assert (status, error["status"]) == (413, "413")
    assert f"maxOperations ({most})" in error["detail"]
