"""A running set-receiver with its peers, as its integration tests use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from support.eventually import eventually
from support.in_process import serving
from support.received_sets import AUDIENCE, ISSUER, Issuer
from support.receiver_peers import (
    ADMIN_TOKEN,
    FakeChangeStore,
    FakeStreams,
    RemoteTransmitter,
)

from heliograph.ssf.v1 import stream_pb2
from secevent.scim_events import DELETE
from secevent.token import SecurityEventToken
from set_receiver.app import SERVICE, build
from set_receiver.settings import Settings

SECRET = "Bearer a-secret-of-the-stream"


def push_stream(remote: RemoteTransmitter, **members: Any) -> stream_pb2.Stream:
    stream = stream_pb2.Stream(
        tenant="default",
        stream_id="pushstreamaa",
        direction=stream_pb2.DIRECTION_RECEIVE,
        iss=ISSUER,
        aud=[AUDIENCE],
        delivery_method=stream_pb2.DELIVERY_METHOD_PUSH,
        authorization_header=SECRET,
        status=stream_pb2.STREAM_STATUS_ENABLED,
        jwks_uri=f"{remote.origin}/jwks.json",
        disposition=stream_pb2.RECEIVE_DISPOSITION_APPLY,
    )
    stream.MergeFrom(stream_pb2.Stream(**members))
    return stream


@dataclass
class Receiver:
    """The running service, its peers, and a client of its HTTP face."""

    settings: Settings
    session: aiohttp.ClientSession
    streams: FakeStreams
    store: FakeChangeStore
    remote: RemoteTransmitter
    origin: str = ""

    @property
    def issuer(self) -> Issuer:
        return self.remote.issuer

    async def push(self, compact: str, **options: Any) -> aiohttp.ClientResponse:
        headers = {
            "Authorization": SECRET,
            "Content-Type": "application/secevent+jwt",
            **options.pop("headers", {}),
        }
        stream_id = options.pop("stream_id", "pushstreamaa")
        response = await self.session.post(
            f"{self.origin}/events/{stream_id}", data=compact, headers=headers, **options
        )
        await response.read()
        return response

    async def push_token(self, token: SecurityEventToken) -> int:
        return (await self.push(self.issuer.sign(token))).status

    async def admin(self, path: str, token: str = ADMIN_TOKEN) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.get(f"{self.origin}/admin/v1{path}", headers=headers) as response:
            assert response.status == 200
            return await response.json()

    async def post_admin(self, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        url = f"{self.origin}/admin/v1{path}"
        async with self.session.post(url, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def receipts(self) -> list[dict[str, Any]]:
        return (await self.admin("/receipts?limit=1000"))["receipts"]

    async def states(self) -> list[str]:
        return [receipt["state"] for receipt in await self.receipts()]

    async def eventually_states(self, *expected: str) -> None:
        async def reached() -> bool:
            return await self.states() == list(expected)

        await eventually(reached)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with serving(SERVICE, self.settings, build) as self.origin:
            yield

    def deleted(self, subject: str = "/Users/ann", **claims: Any) -> SecurityEventToken:
        return self.issuer.token(DELETE, {}, subject=subject, **claims)
