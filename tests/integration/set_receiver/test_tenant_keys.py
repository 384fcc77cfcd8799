"""The registrar's keys to decrypt by, over real gRPC."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import orjson
import pytest
from support.receiver_peers import STATUSES, NotHereError

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1 import key_service_pb2_grpc
from secevent.encryption import DecryptionKeys, generate_encryption_jwk
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.grpc_server import GrpcFace, registrations
from servicekit.runtime import serving_grpc
from set_receiver.adapters.tenant_keys import GrpcTenantKeys
from set_receiver.domain.errors import KeysUnavailableError

FIRST, SECOND = generate_encryption_jwk("ECDH-ES"), generate_encryption_jwk("ECDH-ES")


@dataclass
class FakeKeyService(key_service_pb2_grpc.KeyServiceServicer):
    """The keys of tenants."""

    jwks: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {"default": [FIRST]})
    asked: int = 0
    now: float = 1000.0

    async def ListDecryptionKeys(  # noqa: N802
        self, request: pb.ListDecryptionKeysRequest, _context: object
    ) -> pb.ListDecryptionKeysResponse:
        self.asked += 1
        if request.tenant not in self.jwks:
            raise NotHereError("KEY_NOT_FOUND")
        jwks = map(orjson.dumps, self.jwks[request.tenant])
        return pb.ListDecryptionKeysResponse(private_jwks=jwks)


@pytest.fixture
async def service() -> FakeKeyService:
    return FakeKeyService()


@pytest.fixture
async def channel(service: FakeKeyService, tmp_path: Path) -> AsyncIterator[grpc.aio.Channel]:
    register = registrations((key_service_pb2_grpc.add_KeyServiceServicer_to_server, service))
    endpoint = unix_endpoint(tmp_path, "ssf-registrar")
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(
            serving_grpc(GrpcFace(endpoint, tuple(register), STATUSES))
        )
        yield await opened.enter_async_context(open_channel(endpoint))


def kids(keys: DecryptionKeys) -> list[str | None]:
    return [key.kid for key in keys.keys]


async def test_keys_are_asked_for_once(service: FakeKeyService, channel: grpc.aio.Channel) -> None:
    tenant_keys = GrpcTenantKeys(channel, clock=lambda: service.now)

    for kid in (str(FIRST["kid"]), None):
        assert kids(await tenant_keys.of("default", kid=kid)) == [FIRST["kid"]]
    assert service.asked == 1


async def test_for_a_kid_that_is_lacking_they_are_asked_for_again_and_rarely(
    service: FakeKeyService, channel: grpc.aio.Channel
) -> None:
    tenant_keys = GrpcTenantKeys(channel, clock=lambda: service.now)
    await tenant_keys.of("default", kid=None)
    service.jwks["default"].append(SECOND)

    assert kids(await tenant_keys.of("default", kid=str(SECOND["kid"]))) == [FIRST["kid"]]
    service.now += 11
    found = await tenant_keys.of("default", kid=str(SECOND["kid"]))

    assert kids(found) == [FIRST["kid"], SECOND["kid"]]
    assert service.asked == 2


async def test_a_tenant_without_keys_has_none(
    service: FakeKeyService, channel: grpc.aio.Channel
) -> None:
    tenant_keys = GrpcTenantKeys(channel, clock=lambda: service.now)

    assert kids(await tenant_keys.of("acme", kid="any")) == []


async def test_without_the_registrar_nothing_is_known(tmp_path: Path) -> None:
    async with open_channel(unix_endpoint(tmp_path, "ssf-registrar")) as channel:
        tenant_keys = GrpcTenantKeys(channel, clock=lambda: 1000.0)

        with pytest.raises(KeysUnavailableError, match="registrar"):
            await tenant_keys.of("default", kid=None)
