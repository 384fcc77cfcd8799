"""A SCIM client of the services that run in the test process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from support.scim_services import ADMIN_TOKEN

from scim.messages import BULK_REQUEST, GROUP_SCHEMA, USER_SCHEMA


@dataclass(frozen=True, slots=True)
class Client:
    base_uri: str
    session: aiohttp.ClientSession

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(
            method, self.base_uri + path, json=body, headers=given
        ) as answer:
            text = await answer.read()
            return answer.status, await answer.json(content_type=None) if text else None

    async def create(self, endpoint: str, **attributes: Any) -> dict[str, Any]:
        schema = USER_SCHEMA if endpoint == "/Users" else GROUP_SCHEMA
        status, created = await self.ask("POST", endpoint, {"schemas": [schema], **attributes})
        assert status == 201, created
        assert isinstance(created, dict)
        return created

    async def bulk(self, *operations: dict[str, Any], **members: Any) -> list[dict[str, Any]]:
        """Send the operations in one request; return what became of each."""
        body = {"schemas": [BULK_REQUEST], "Operations": list(operations), **members}
        status, response = await self.ask("POST", "/Bulk", body)
        assert status == 200, response
        results: list[dict[str, Any]] = response["Operations"]
        return results


@asynccontextmanager
async def scim_client(base_uri: str, token: str = ADMIN_TOKEN) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Client(base_uri, session)
