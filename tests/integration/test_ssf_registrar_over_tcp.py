"""The registrar on TCP: its keys are for the transmitter alone."""

from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from support.in_process import free_port
from support.running_registrar import running, settings_of

from helio.certificates import issue_certificates
from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from servicekit.channels import call, open_channel
from servicekit.failures import RemoteError
from ssf_registrar.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    issue_certificates(tmp_path / "certificates", now=datetime.now(UTC))
    address = f"127.0.0.1:{free_port()}"
    return settings_of(
        tmp_path / "data",
        grpc_listen=address,
        ssf_registrar=address,
        certificates=tmp_path / "certificates",
    )


async def signing_key(channel: grpc.aio.Channel) -> pb.GetSigningKeyResponse:
    request = pb.GetSigningKeyRequest(tenant="default", algorithm="RS256")
    return await call(KeyServiceStub(channel).GetSigningKey, request, deadline=20)


async def test_the_transmitter_gets_the_signing_key(settings: Settings) -> None:
    peer = settings.peer("ssf-registrar", "set-transmitter")
    async with running(settings), open_channel(peer) as channel:
        key = await signing_key(channel)

    assert b'"kty":"RSA"' in key.private_jwk


@pytest.mark.parametrize("other", ["scim-gateway", "set-receiver", "resource-store"])
async def test_no_other_service_gets_it(settings: Settings, other: str) -> None:
    peer = settings.peer("ssf-registrar", other)
    async with running(settings), open_channel(peer) as channel:
        with pytest.raises(RemoteError) as refused:
            await signing_key(channel)

    assert refused.value.reason == "CALLER_NOT_ALLOWED"


async def test_on_tcp_there_is_no_unix_socket_beside(settings: Settings) -> None:
    async with running(settings):
        assert list(settings.data.glob("run/*")) == []
