"""The receiver's peers: registrar and store behind real gRPC sockets, a remote transmitter."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from aiohttp import web
from support.received_sets import Issuer

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import change_service_pb2 as change_pb
from heliograph.resource.v1 import change_service_pb2_grpc
from heliograph.ssf.v1 import (
    stream_pb2,
    stream_service_pb2,
    stream_service_pb2_grpc,
    token_service_pb2,
    token_service_pb2_grpc,
)
from servicekit.bearer import token_hash
from servicekit.endpoints import unix_endpoint
from servicekit.grpc_server import GrpcFace, registrations
from servicekit.runtime import serving_grpc
from servicekit.settings import ServiceSettings
from servicekit.signals import News

ADMIN_TOKEN = "an-admin-token-for-tests"


class NotHereError(Exception):
    """NOT_FOUND, with a reason as a real peer gives it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


STATUSES: dict[type[Exception], grpc.StatusCode] = {NotHereError: grpc.StatusCode.NOT_FOUND}


@dataclass
class FakeStreams(
    stream_service_pb2_grpc.StreamServiceServicer, token_service_pb2_grpc.TokenServiceServicer
):
    """Streams that tests put in, and a journal of it; one token that may do all."""

    streams: dict[str, stream_pb2.Stream] = field(default_factory=dict)
    journal: list[stream_service_pb2.JournalEntry] = field(default_factory=list)
    news: News = field(default_factory=News)
    following: asyncio.Event = field(default_factory=asyncio.Event)
    answers_tokens: bool = True

    def put(self, stream: stream_pb2.Stream) -> None:
        self.streams[stream.stream_id] = stream
        self._tell(stream, stream_service_pb2.JOURNAL_KIND_STREAM_CHANGED)

    def change(self, stream_id: str, **members: Any) -> None:
        changed = stream_pb2.Stream()
        changed.CopyFrom(self.streams[stream_id])
        changed.MergeFrom(stream_pb2.Stream(**members))
        self.put(changed)

    def delete(self, stream_id: str) -> None:
        stream = self.streams.pop(stream_id)
        self._tell(stream, stream_service_pb2.JOURNAL_KIND_STREAM_DELETED)

    def _tell(
        self, stream: stream_pb2.Stream, kind: "stream_service_pb2.JournalKind.ValueType"
    ) -> None:
        self.journal.append(
            stream_service_pb2.JournalEntry(
                kind=kind,
                tenant=stream.tenant,
                stream_id=stream.stream_id,
                direction=stream.direction,
            )
        )
        self.news.publish()

    async def ListStreams(  # noqa: N802
        self, request: stream_service_pb2.ListStreamsRequest, _context: object
    ) -> stream_service_pb2.ListStreamsResponse:
        found = [s for s in self.streams.values() if s.direction == request.direction]
        return stream_service_pb2.ListStreamsResponse(streams=found, cursor=str(len(self.journal)))

    async def GetStream(  # noqa: N802
        self, request: stream_service_pb2.GetStreamRequest, _context: object
    ) -> stream_service_pb2.GetStreamResponse:
        if request.stream_id not in self.streams:
            raise NotHereError("STREAM_NOT_FOUND")
        return stream_service_pb2.GetStreamResponse(stream=self.streams[request.stream_id])

    async def ReadJournal(  # noqa: N802
        self, request: stream_service_pb2.ReadJournalRequest, _context: object
    ) -> stream_service_pb2.ReadJournalResponse:
        edition, position = self.news.edition, int(request.cursor)
        self.following.set()
        if position == len(self.journal):
            await self.news.wait_past(edition, seconds=request.wait_milliseconds / 1000)
        return stream_service_pb2.ReadJournalResponse(
            entries=self.journal[position:], next_cursor=str(len(self.journal))
        )

    async def LookUpToken(  # noqa: N802
        self, request: token_service_pb2.LookUpTokenRequest, _context: object
    ) -> token_service_pb2.LookUpTokenResponse:
        if request.token_hash != token_hash(ADMIN_TOKEN):
            raise NotHereError("TOKEN_NOT_FOUND")
        return token_service_pb2.LookUpTokenResponse(
            tenant="default", subject="admin", scopes=["admin"]
        )


@dataclass
class FakeChangeStore(change_service_pb2_grpc.ChangeServiceServicer):
    """Takes changes, once each, and fails those that tests name by resource id."""

    applied: list[change_pb.ForeignChange] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, calls wait."""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, calls take effect and are not answered."""

    def __post_init__(self) -> None:
        self.open.set()
        self.answers.set()

    def ids(self) -> list[str]:
        return [change.ref.id for change in self.applied]

    def txns_of(self, resource_id: str) -> list[str]:
        return [change.txn for change in self.applied if change.ref.id == resource_id]

    async def ReadChanges(  # noqa: N802
        self, _request: change_pb.ReadChangesRequest, _context: object
    ) -> change_pb.ReadChangesResponse:
        raise NotHereError("NOT_HERE")

    async def ReadCluster(  # noqa: N802
        self, _request: change_pb.ReadClusterRequest, _context: object
    ) -> change_pb.ReadClusterResponse:
        return change_pb.ReadClusterResponse(cluster="thiscluster")

    async def ApplyChanges(  # noqa: N802
        self, request: change_pb.ApplyChangesRequest, _context: object
    ) -> change_pb.ApplyChangesResponse:
        self.batches.append(len(request.changes))
        await self.open.wait()
        results = [self._apply(change) for change in request.changes]
        await self.answers.wait()
        return change_pb.ApplyChangesResponse(results=results)

    def _apply(self, change: change_pb.ForeignChange) -> change_pb.ApplyResult:
        self.attempts[change.ref.id] += 1
        if change.ref.id in self.failures:
            return change_pb.ApplyResult(failure=self.failures[change.ref.id])
        if any(change.txn == known.txn for known in self.applied):
            return change_pb.ApplyResult(disposition=change_pb.DISPOSITION_DUPLICATE)
        self.applied.append(change)
        return change_pb.ApplyResult(disposition=change_pb.DISPOSITION_APPLIED)


@asynccontextmanager
async def serving_streams(settings: ServiceSettings, streams: FakeStreams) -> AsyncIterator[None]:
    register = registrations(
        (stream_service_pb2_grpc.add_StreamServiceServicer_to_server, streams),
        (token_service_pb2_grpc.add_TokenServiceServicer_to_server, streams),
    )
    face = GrpcFace(unix_endpoint(settings.data, "ssf-registrar"), tuple(register), STATUSES)
    async with serving_grpc(face):
        yield


@asynccontextmanager
async def serving_changes(settings: ServiceSettings, store: FakeChangeStore) -> AsyncIterator[None]:
    register = registrations((change_service_pb2_grpc.add_ChangeServiceServicer_to_server, store))
    face = GrpcFace(unix_endpoint(settings.data, "resource-store"), tuple(register), STATUSES)
    async with serving_grpc(face):
        yield


@dataclass
class RemoteTransmitter:
    """An issuer's server: its JWKS, and a poll endpoint with what waits there."""

    issuer: Issuer
    origin: str = ""
    jwks_status: int = 200
    jwks_fetches: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    polls: list[tuple[web.Request, dict[str, Any]]] = field(default_factory=list)
    poll_status: int = 200
    has_long_poll: bool = True
    acked: set[str] = field(default_factory=set)
    set_errs: dict[str, dict[str, str]] = field(default_factory=dict)
    news: News = field(default_factory=News)
    waiting_polls: int = 0
    most_waiting_polls: int = 0

    def offer(self, sets: dict[str, str]) -> None:
        self.waiting |= sets
        self.news.publish()

    async def jwks(self, _request: web.Request) -> web.Response:
        self.jwks_fetches += 1
        return web.json_response(self.issuer.jwks, status=self.jwks_status)

    async def poll(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.polls.append((request, body))
        if self.poll_status != 200:
            return web.Response(status=self.poll_status, headers={"Location": "/poll"})
        self._take_reports(body)
        edition = self.news.edition
        if not self.waiting and self.has_long_poll:
            await self._hold(edition)
        sets = dict(list(self.waiting.items())[: body["maxEvents"]])
        return web.json_response({"sets": sets})

    async def _hold(self, edition: int) -> None:
        self.waiting_polls += 1
        self.most_waiting_polls = max(self.most_waiting_polls, self.waiting_polls)
        try:
            await self.news.wait_past(edition, seconds=5.0)
        finally:
            self.waiting_polls -= 1

    def _take_reports(self, body: dict[str, Any]) -> None:
        self.acked |= set(body.get("ack", ()))
        self.set_errs |= body.get("setErrs", {})
        for jti in [*body.get("ack", ()), *body.get("setErrs", {})]:
            self.waiting.pop(jti, None)


@asynccontextmanager
async def remote_transmitter(issuer: Issuer) -> AsyncIterator[RemoteTransmitter]:
    remote = RemoteTransmitter(issuer)
    app = web.Application()
    app.router.add_get("/jwks.json", remote.jwks)
    app.router.add_post("/poll", remote.poll)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, port = runner.addresses[0][:2]
    remote.origin = f"http://127.0.0.1:{port}"
    try:
        yield remote
    finally:
        remote.news.publish()
        await runner.cleanup()
