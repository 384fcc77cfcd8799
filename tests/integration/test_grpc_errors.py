"""Errors with reasons across a real socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

import grpc
import pytest

from heliograph.ssf.v1 import token_service_pb2 as pb
from heliograph.ssf.v1 import token_service_pb2_grpc as pb_grpc
from servicekit.channels import call, call_until, open_channel
from servicekit.endpoints import Endpoint
from servicekit.failures import RemoteError, RemoteUnavailableError
from servicekit.grpc_server import GrpcFace, create_server, registrations


class TokenNotFoundError(Exception):
    reason: ClassVar[str] = "TOKEN_NOT_FOUND"
    attribute_path = "token_hash"
    clause = "RFC 6750 section 3.1"


class Tokens(pb_grpc.TokenServiceServicer):
    """Knows one token, and breaks on another."""

    async def LookUpToken(  # noqa: N802  the contract's name
        self, request: pb.LookUpTokenRequest, _context: object
    ) -> pb.LookUpTokenResponse:
        if request.token_hash == b"known":
            return pb.LookUpTokenResponse(tenant="default")
        if request.token_hash == b"broken":
            raise ValueError("secret detail")
        raise TokenNotFoundError("no such token")


def unix(path: Path) -> Endpoint:
    return Endpoint("ssf-registrar", f"unix:{path}", identity=None)


def face(tmp_path: Path) -> GrpcFace:
    return GrpcFace(
        endpoint=unix(tmp_path / "s.sock"),
        register=registrations((pb_grpc.add_TokenServiceServicer_to_server, Tokens())),
        statuses={TokenNotFoundError: grpc.StatusCode.NOT_FOUND},
    )


@pytest.fixture
async def stub(tmp_path: Path) -> AsyncIterator[pb_grpc.TokenServiceStub]:
    server = create_server(face(tmp_path))
    await server.start()
    async with open_channel(unix(tmp_path / "s.sock")) as channel:
        yield pb_grpc.TokenServiceStub(channel)
    await server.stop(None)


async def test_an_answer_comes_back(stub: pb_grpc.TokenServiceStub) -> None:
    answer = await call(stub.LookUpToken, pb.LookUpTokenRequest(token_hash=b"known"), deadline=10)

    assert answer == pb.LookUpTokenResponse(tenant="default")


async def test_a_services_own_error_arrives_with_its_reason(stub: pb_grpc.TokenServiceStub) -> None:
    with pytest.raises(RemoteError) as caught:
        await call(stub.LookUpToken, pb.LookUpTokenRequest(token_hash=b"other"), deadline=10)

    assert (caught.value.reason, caught.value.detail) == ("TOKEN_NOT_FOUND", "no such token")
    assert caught.value.attribute_path == "token_hash"
    assert caught.value.clause == "RFC 6750 section 3.1"


async def test_an_unexpected_error_tells_nothing_of_the_inside(
    stub: pb_grpc.TokenServiceStub,
) -> None:
    with pytest.raises(RemoteError) as caught:
        await call(stub.LookUpToken, pb.LookUpTokenRequest(token_hash=b"broken"), deadline=10)

    assert (caught.value.reason, caught.value.detail) == ("INTERNAL", "internal error")


async def test_a_peer_that_is_away_is_told_apart(tmp_path: Path) -> None:
    async with open_channel(unix(tmp_path / "s.sock")) as channel:
        stub = pb_grpc.TokenServiceStub(channel)

        with pytest.raises(RemoteUnavailableError):
            await call(stub.LookUpToken, pb.LookUpTokenRequest(), deadline=10)


async def test_a_peer_that_is_slow_to_accept_is_reached_all_the_same(tmp_path: Path) -> None:
    """Every connection takes 0.8 s until it answers, as on a machine that is short of CPU."""
    server = create_server(face(tmp_path))
    await server.start()
    slow = tmp_path / "slow.sock"

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.8)
        inward = await asyncio.open_unix_connection(tmp_path / "s.sock")
        async with asyncio.TaskGroup() as ways:
            ways.create_task(pump(reader, inward[1]))
            ways.create_task(pump(inward[0], writer))

    async with (
        await asyncio.start_unix_server(pass_on, slow) as proxy,
        open_channel(unix(slow)) as channel,
    ):
        answer = await call_until(
            pb_grpc.TokenServiceStub(channel).LookUpToken,
            pb.LookUpTokenRequest(token_hash=b"known"),
            deadline=30,
        )
        await channel.close()
        proxy.close()

    assert answer.tenant == "default"
    await server.stop(None)


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


async def test_a_repeatable_call_outlasts_a_restart(tmp_path: Path) -> None:
    async with open_channel(unix(tmp_path / "s.sock")) as channel:
        stub = pb_grpc.TokenServiceStub(channel)
        with pytest.raises(RemoteUnavailableError):
            await call(stub.LookUpToken, pb.LookUpTokenRequest(), deadline=10)
        server = create_server(face(tmp_path))
        await server.start()

        answer = await call_until(
            stub.LookUpToken, pb.LookUpTokenRequest(token_hash=b"known"), deadline=30
        )

        assert answer.tenant == "default"
        await server.stop(None)
