"""Who gets through a service's door: over real sockets, with real certificates."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import grpc
import pytest
from support.eventually import eventually
from support.in_process import free_port

from helio.certificates import issue_certificates
from servicekit.callers import CALLERS
from servicekit.channels import call, open_channel
from servicekit.endpoints import Endpoint
from servicekit.faces import FACES
from servicekit.failures import RemoteError, RemoteUnavailableError, StartError
from servicekit.grpc_server import GrpcFace, create_server
from servicekit.identity import Identity, read_identity

SERVER = "ssf-registrar"
LISTED = [(rpc, caller) for rpc, callers in CALLERS.items() for caller in sorted(callers)]
OTHERS = [
    (rpc, other) for rpc, callers in CALLERS.items() for other in sorted(FACES.keys() - callers)
]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    issue_certificates(folder, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def foreign_certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    issue_certificates(folder, now=datetime.now(UTC))
    return folder


@asynccontextmanager
async def serving(
    identity: Identity, address: str, *, answer: bytes = b"answered"
) -> AsyncIterator[None]:
    """Serve every RPC of the table by the same answer."""
    register = partial(_register_all, answer)
    server = create_server(GrpcFace(Endpoint(SERVER, address, identity), (register,), {}))
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


def _register_all(said: bytes, server: grpc.aio.Server) -> None:
    async def answer(_request: bytes, _context: object) -> bytes:
        return said

    for rpc in CALLERS:
        service, method = rpc.strip("/").split("/")
        if service.startswith("heliograph."):
            handlers = {method: grpc.unary_unary_rpc_method_handler(answer)}
            handler = grpc.method_handlers_generic_handler(service, handlers)
            server.add_generic_rpc_handlers((handler,))


@pytest.fixture
async def port(certificates: Path) -> AsyncIterator[int]:
    port = free_port()
    async with serving(read_identity(certificates, SERVER), f"127.0.0.1:{port}"):
        yield port


async def ask(channel: grpc.aio.Channel, rpc: str) -> object:
    async with channel:
        return await call(channel.unary_unary(rpc), b"", deadline=20)


@pytest.mark.parametrize(("rpc", "caller"), LISTED)
async def test_a_listed_caller_is_answered(
    certificates: Path, port: int, rpc: str, caller: str
) -> None:
    peer = Endpoint(SERVER, f"127.0.0.1:{port}", read_identity(certificates, caller))

    answer = await ask(open_channel(peer), rpc)

    assert answer in {b"answered", b"\x08\x01"}  # the second is health's SERVING


@pytest.mark.parametrize(("rpc", "other"), OTHERS)
async def test_every_other_service_is_refused(
    certificates: Path, port: int, rpc: str, other: str
) -> None:
    peer = Endpoint(SERVER, f"127.0.0.1:{port}", read_identity(certificates, other))

    with pytest.raises(RemoteError) as refused:
        await ask(open_channel(peer), rpc)

    assert (refused.value.reason, refused.value.detail) == (
        "CALLER_NOT_ALLOWED",
        f"{other} may not call {rpc}",
    )


Stranger = Callable[[str, Path, Path], grpc.aio.Channel]


def without_certificate(address: str, ours: Path, _theirs: Path) -> grpc.aio.Channel:
    credentials = grpc.ssl_channel_credentials((ours / "ca.pem").read_bytes())
    return grpc.aio.secure_channel(
        address, credentials, options=[("grpc.ssl_target_name_override", SERVER)]
    )


def with_certificate_of_another_ca(address: str, ours: Path, theirs: Path) -> grpc.aio.Channel:
    stranger = read_identity(theirs, "set-transmitter")
    ca = (ours / "ca.pem").read_bytes()
    return open_channel(Endpoint(SERVER, address, replace(stranger, ca=ca)))


def in_plaintext(address: str, _ours: Path, _theirs: Path) -> grpc.aio.Channel:
    return open_channel(Endpoint(SERVER, address, identity=None))


@pytest.mark.parametrize("rpc", CALLERS)
@pytest.mark.parametrize(
    "stranger", [without_certificate, with_certificate_of_another_ca, in_plaintext]
)
async def test_a_stranger_is_not_connected(
    certificates: Path, foreign_certificates: Path, port: int, rpc: str, stranger: Stranger
) -> None:
    channel = stranger(f"127.0.0.1:{port}", certificates, foreign_certificates)

    with pytest.raises(RemoteUnavailableError):
        await ask(channel, rpc)


async def test_a_client_talks_to_no_server_that_has_another_name(
    certificates: Path, port: int
) -> None:
    """A certificate of the same CA does not make the registrar out of any service."""
    identity = read_identity(certificates, "set-transmitter")
    peer = Endpoint("resource-store", f"127.0.0.1:{port}", identity)

    with pytest.raises(RemoteUnavailableError):
        await ask(open_channel(peer), "/grpc.health.v1.Health/Check")


@pytest.mark.parametrize(
    "rpc",
    [
        "/grpc.health.v1.Health/List",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ],
)
async def test_what_is_not_in_the_table_nobody_may_call(
    certificates: Path, port: int, rpc: str
) -> None:
    identity = read_identity(certificates, "scim-gateway")

    with pytest.raises(RemoteError) as refused:
        await ask(open_channel(Endpoint(SERVER, f"127.0.0.1:{port}", identity)), rpc)

    assert refused.value.reason in {"CALLER_NOT_ALLOWED", "UNIMPLEMENTED"}


async def test_replicas_behind_one_name_share_the_calls(certificates: Path, port: int) -> None:
    server = read_identity(certificates, SERVER)
    addresses = f"ipv4:127.0.0.1:{port},127.0.0.2:{port}"
    peer = Endpoint(SERVER, addresses, read_identity(certificates, "set-transmitter"))
    async with (
        serving(server, f"127.0.0.2:{port}", answer=b"answered by another"),
        open_channel(peer) as channel,
    ):
        get_signing_key = channel.unary_unary("/heliograph.ssf.v1.KeyService/GetSigningKey")

        async def all_answer() -> bool:
            answers = {await call(get_signing_key, b"", deadline=20) for _ in range(4)}
            return answers == {b"answered", b"answered by another"}

        assert await eventually(all_answer)


async def test_a_taken_port_is_named(certificates: Path, port: int) -> None:
    with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port} for gRPC"):
        async with serving(read_identity(certificates, SERVER), f"127.0.0.1:{port}"):
            pass
