"""A gateway over a real socket; its peers are in memory, behind real gRPC."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from support.fake_peers import FakeStore, serving_registrar, serving_store
from support.fake_registrar import FakeRegistrar
from support.in_process import serving

from scim.messages import (
    ERROR,
)
from scim_gateway.app import NAME, build
from scim_gateway.settings import Settings
from servicekit.bearer import token_hash

TOKEN = "a-token-of-scope-scim"
MEDIA_TYPE = "application/scim+json"
ANN = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "title": "Dr"}
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str | None]:
        """The status and scimType, when it is a SCIM error to the letter."""
        body = self.json
        assert self.headers["content-type"] == MEDIA_TYPE
        assert body["schemas"] == [ERROR]
        assert body["status"] == str(self.status)
        assert body["detail"]
        return self.status, body.get("scimType")


@dataclass
class Gateway:
    origin: str
    store: FakeStore
    registrar: FakeRegistrar
    session: aiohttp.ClientSession
    peers: AsyncExitStack

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = TOKEN,
        tenant: str | None = None,
        **headers: str,
    ) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if body is not None:
            given.setdefault("Content-Type", MEDIA_TYPE)
            body = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        url = f"{self.base_uri(tenant)}{path}"
        async with self.session.request(method, url, data=body, headers=given) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, headers, await answer.read())

    def base_uri(self, tenant: str | None = None) -> str:
        return f"{self.origin}{'' if tenant is None else f'/t/{tenant}'}/scim/v2"

    def was_used(self, token: str) -> bool:
        """Tell whether the registrar has been told of a use."""
        return self.registrar.uses.get(token_hash(token), 0) > 0

    async def create(self, body: dict[str, Any] = ANN, endpoint: str = "/Users") -> Answer:
        answer = await self.ask("POST", endpoint, body)
        assert answer.status == 201
        return answer


@asynccontextmanager
async def configured(
    settings: Settings, *, is_registrar_of_version_before: bool = False
) -> AsyncIterator[Gateway]:
    """Run a gateway of these settings."""
    store, registrar = FakeStore(), FakeRegistrar(scopes={TOKEN: {"scim"}, "other": {"ssf.read"}})
    async with AsyncExitStack() as peers, AsyncExitStack() as stack:
        await peers.enter_async_context(serving_store(settings, store))
        await stack.enter_async_context(
            serving_registrar(
                settings, registrar, is_of_version_before=is_registrar_of_version_before
            )
        )
        origin = await stack.enter_async_context(serving(NAME, settings, build))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Gateway(origin, store, registrar, session, peers)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110  the condition is behind HTTP
            await asyncio.sleep(0.01)
