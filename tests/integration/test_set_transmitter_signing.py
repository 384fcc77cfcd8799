"""Signing with the registrar's keys, fetched over gRPC."""

import asyncio
from pathlib import Path

import grpc
import orjson

from heliograph.ssf.v1 import key_service_pb2 as pb
from heliograph.ssf.v1 import key_service_pb2_grpc
from secevent.signing import generate_private_jwk
from set_transmitter.adapters.signing import RegistrarSigning
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus

STREAM = Stream(
    tenant="default",
    stream_id="s1",
    iss="https://issuer.example",
    aud=("https://receiver.example",),
    events_delivered=frozenset(),
    method=DeliveryMethod.POLL,
    endpoint_url="",
    authorization_header="",
    status=StreamStatus.ENABLED,
    signing_algorithm="ES256",
    created=0,
)


class Keys(key_service_pb2_grpc.KeyServiceServicer):
    """Gives one key, and counts how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self._jwk = orjson.dumps(generate_private_jwk("ES256"))

    async def GetSigningKey(  # noqa: N802  the contract's name
        self, _request: pb.GetSigningKeyRequest, _context: object
    ) -> pb.GetSigningKeyResponse:
        self.asked += 1
        return pb.GetSigningKeyResponse(private_jwk=self._jwk)


async def test_many_who_wait_for_a_key_fetch_it_once(tmp_path: Path) -> None:
    """Polls that one event wakes together do not each fetch and import the key."""
    keys = Keys()
    server = grpc.aio.server()
    key_service_pb2_grpc.add_KeyServiceServicer_to_server(keys, server)
    address = f"unix:{tmp_path}/registrar.sock"
    server.add_insecure_port(address)
    await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        signing = RegistrarSigning(channel)
        await asyncio.gather(*[signing.sign(STREAM, []) for _ in range(20)])
        asked_at_first = keys.asked

        signing.forget("default")
        await asyncio.gather(*[signing.sign(STREAM, []) for _ in range(20)])
        signing.close()
    await server.stop(grace=None)

    assert (asked_at_first, keys.asked) == (1, 2)
