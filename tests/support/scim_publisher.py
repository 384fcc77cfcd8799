"""A SCIM service provider that shows what tests put in, or answers as they say."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

SECRET = "Bearer a-secret-of-the-publisher"
_NOT_FOUND = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer that is not the resource."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ScimPublisher:
    """Resources by their URIs, and answers that come before them, each once."""

    origin: str = ""
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: dict[str, list[Scripted]] = field(default_factory=lambda: defaultdict(list))
    requests: list[web.Request] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, requests wait for their answers."""
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def base_url(self) -> str:
        return f"{self.origin}/scim/v2"

    def asked(self) -> list[str]:
        return [request.path.removeprefix("/scim/v2") for request in self.requests]

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        return self._answer(request.path.removeprefix("/scim/v2"))

    def _answer(self, uri: str) -> web.Response:
        if self.script[uri]:
            scripted = self.script[uri].pop(0)
            return web.Response(
                status=scripted.status, body=scripted.body, headers=scripted.headers
            )
        found = self.resources.get(uri)
        return web.Response(
            status=404 if found is None else 200,
            body=orjson.dumps(found or _NOT_FOUND),
            content_type="application/scim+json",
        )


@asynccontextmanager
async def scim_publisher() -> AsyncIterator[ScimPublisher]:
    publisher = ScimPublisher()
    app = web.Application()
    app.router.add_get("/{path:.*}", publisher.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, port = runner.addresses[0][:2]
    publisher.origin = f"http://127.0.0.1:{port}"
    try:
        yield publisher
    finally:
        publisher.open.set()
        await runner.cleanup()
