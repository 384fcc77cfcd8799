"""A recipient that answers by a seeded random script of errors, delays, cuts and duplicates."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from support.compact_jws import decoded

_REFUSAL = {"err": "invalid_request", "description": "by the script"}


def claims_of(jwt: str) -> dict[str, Any]:
    claims: dict[str, Any] = orjson.loads(decoded(jwt.split(".")[1]))
    return claims


@dataclass
class Book:
    """What a recipient has taken and what it has refused, once each, in the order of that."""

    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, dict[str, Any]] = field(default_factory=dict)
    bytes_of: dict[str, set[str]] = field(default_factory=dict)
    duplicates: int = 0

    def came(self, jwt: str) -> dict[str, Any]:
        """Note the bytes of a SET, and return its claims."""
        claims = claims_of(jwt)
        self.bytes_of.setdefault(claims["jti"], set()).add(jwt)
        return claims

    def take(self, claims: dict[str, Any]) -> bool:
        """Take a SET for good; False when it has been refused before."""
        if claims["jti"] in self.refused:
            return False
        self.duplicates += claims["jti"] in self.taken
        self.taken.setdefault(claims["jti"], claims)
        return True

    def refuse(self, claims: dict[str, Any]) -> bool:
        """Refuse a SET for good; False when it has been taken before."""
        if claims["jti"] in self.taken:
            return False
        self.refused.setdefault(claims["jti"], claims)
        return True

    @property
    def settled(self) -> int:
        return len(self.taken) + len(self.refused)

    def clocks(self) -> dict[str, list[int]]:
        """Return the stamps of what was taken, by subject, in the order of that."""
        told: dict[str, list[int]] = {}
        for claims in self.taken.values():
            stamp = claims["urn:heliograph:provenance"]["clock"]
            told.setdefault(claims["sub_id"]["uri"], []).append(stamp)
        return told


@dataclass
class RandomReceiver:
    """Answers pushes by chance until it is `calm`; then it accepts all of them."""

    chance: random.Random
    book: Book = field(default_factory=Book)
    origin: str = ""
    calm: bool = False

    def delivery(self) -> dict[str, str]:
        return {"method": "urn:ietf:rfc:8935", "endpoint_url": f"{self.origin}/events"}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        claims = self.book.came(await request.text())
        drawn = 1.0 if self.calm else self.chance.random()
        if drawn < 0.02:
            return self._refusal(claims)
        if drawn < 0.10:
            return self._failure()
        if drawn < 0.15:
            # in three of five cases only the answer is lost
            if drawn > 0.12:
                self.book.take(claims)
            return _cut(request)
        if drawn < 0.25:
            await asyncio.sleep(self.chance.random() / 20)
        return web.Response(status=202) if self.book.take(claims) else self._refusal(claims)

    def _failure(self) -> web.Response:
        retry_after = {"Retry-After": self.chance.choice(["0", "1"])}
        elsewhere = {"Location": f"{self.origin}/elsewhere"}
        return self.chance.choice(
            [
                lambda: web.Response(status=500),
                lambda: web.Response(status=502),
                lambda: web.Response(status=404),
                lambda: web.Response(status=401),
                lambda: web.Response(status=429, headers=retry_after),
                lambda: web.Response(status=503, headers=retry_after),
                lambda: web.Response(status=307, headers=elsewhere),
                lambda: web.Response(status=200, text="<html>\x00 nonsense"),
            ]
        )()

    def _refusal(self, claims: dict[str, Any]) -> web.Response:
        refused = self.book.refuse(claims)
        return web.json_response(_REFUSAL, status=400) if refused else web.Response(status=202)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def random_receiver(seed: int) -> AsyncIterator[RandomReceiver]:
    """Run a receiver whose script begins with a seed."""
    receiver = RandomReceiver(random.Random(seed))  # noqa: S311  no secret
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    receiver.origin = f"http://{host}:{port}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
