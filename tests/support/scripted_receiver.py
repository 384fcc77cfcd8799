"""A push recipient over real HTTP that answers as it is told (RFC 8935)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from support.compact_jws import decoded
from support.eventually import eventually

ENDPOINT_TOKEN = "Bearer the-receivers-own-token"


@dataclass(frozen=True)
class Pushed:
    """One request as it came, and how it was answered."""

    jwt: str
    headers: Mapping[str, str]
    status: int

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = orjson.loads(decoded(self.jwt.split(".")[1]))
        return claims

    @property
    def event(self) -> str:
        (uri,) = self.claims["events"]
        return str(uri).removeprefix("urn:ietf:params:scim:event:prov:")


@dataclass
class Receiver:
    """Gives the answers of its script first, then 202 to everything."""

    origin: str = ""
    pushed: list[Pushed] = field(default_factory=list)
    script: deque[web.Response] = field(default_factory=deque)
    answer_otherwise: int = 202
    open_door: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, requests are held."""
    held: int = 0

    def delivery(self, path: str = "/events") -> dict[str, str]:
        """Return the delivery of a stream that pushes here."""
        return {
            "method": "urn:ietf:rfc:8935",
            "endpoint_url": f"{self.origin}{path}",
            "authorization_header": ENDPOINT_TOKEN,
        }

    @property
    def accepted(self) -> list[Pushed]:
        return [pushed for pushed in self.pushed if pushed.status == 202]

    async def has_accepted(self, count: int) -> list[Pushed]:
        await eventually(lambda: len(self.accepted) >= count)
        return self.accepted

    async def answer(self, request: web.Request) -> web.Response:
        jwt = await request.text()
        self.held += 1
        await self.open_door.wait()
        self.held -= 1
        default = web.Response(status=self.answer_otherwise)
        response = self.script.popleft() if self.script else default
        self.pushed.append(Pushed(jwt, dict(request.headers), response.status))
        return response


@asynccontextmanager
async def scripted_receiver() -> AsyncIterator[Receiver]:
    """Run a receiver with an open door."""
    receiver = Receiver()
    receiver.open_door.set()
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
        receiver.open_door.set()
        await runner.cleanup()
