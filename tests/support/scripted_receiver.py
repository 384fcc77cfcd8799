"""A push recipient over real HTTP that answers as it is told (RFC 8935)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from aiohttp import web
from support.compact_jws import decoded
from support.eventually import eventually

ENDPOINT_TOKEN = "Bearer the-receivers-own-token"


@dataclass(frozen=True)
class Pushed:
    """One request as it came, and how it was answered."""

    path: str
    jwt: str
    headers: Mapping[str, str]
    status: int = 0

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = orjson.loads(decoded(self.jwt.split(".")[1]))
        return claims

    @property
    def subject(self) -> str:
        return str(self.claims["sub_id"].get("uri", ""))

    @property
    def event(self) -> str:
        (uri,) = self.claims["events"]
        return str(uri).removeprefix("urn:ietf:params:scim:event:prov:")


@dataclass
class Receiver:
    """Gives the answers of its script first, then 202 to everything."""

    origin: str = ""
    pushed: list[Pushed] = field(default_factory=list)
    held: list[Pushed] = field(default_factory=list)
    script: deque[web.Response] = field(default_factory=deque)
    failing: set[str] = field(default_factory=set)
    """The subjects of which every SET is answered with 500."""
    door: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, requests are held."""

    def delivery(self, path: str = "/events", **changes: str) -> dict[str, str]:
        """Return the delivery of a stream that pushes here."""
        return {
            "method": "urn:ietf:rfc:8935",
            "endpoint_url": f"{self.origin}{path}",
            "authorization_header": ENDPOINT_TOKEN,
            **changes,
        }

    @property
    def accepted(self) -> list[Pushed]:
        """What was answered with 202, each SET once, in the order of its first coming."""
        return list({one.jwt: one for one in self.pushed if one.status == 202}.values())

    async def has_accepted(self, count: int, *, seconds: float = 20) -> list[Pushed]:
        await eventually(lambda: len(self.accepted) >= count, seconds=seconds)
        return self.accepted

    async def has_answered(self, count: int) -> list[Pushed]:
        await eventually(lambda: len(self.pushed) >= count)
        return self.pushed

    async def answer(self, request: web.Request) -> web.Response:
        came = Pushed(request.path, await request.text(), dict(request.headers))
        self.held.append(came)
        try:
            await self.door.wait()
        finally:
            self.held.remove(came)
        response = self._response(came)
        self.pushed.append(replace(came, status=response.status))
        return response

    def _response(self, came: Pushed) -> web.Response:
        if self.script:
            return self.script.popleft()
        return web.Response(status=500 if came.subject in self.failing else 202)


@asynccontextmanager
async def scripted_receiver() -> AsyncIterator[Receiver]:
    """Run a receiver with an open door."""
    receiver = Receiver()
    receiver.door.set()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.origin = f"http://{host}:{port}"
    try:
        yield receiver
    finally:
        receiver.door.set()
        await runner.cleanup()
