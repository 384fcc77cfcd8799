"""The client that the folder's tests begin with."""

import pytest_asyncio
from support.scim_client import Client


@pytest_asyncio.fixture(loop_scope="module")
async def client(client: Client) -> Client:
    """Five users who are active, and one who is not."""
    for number in range(5):
        await client.create("/Users", userName=f"user-{number}", active=True)
    await client.create("/Users", userName="gone", active=False)
    return client
