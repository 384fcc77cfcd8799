"""What ssf-registrar tells the other services, over its real gRPC socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.running_registrar import ADMIN, Registrar, running, settings_of

from heliograph.ssf.v1 import key_service_pb2, stream_pb2, token_service_pb2
from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceStub
from secevent.signing import Signer
from servicekit.bearer import token_hash
from servicekit.channels import call
from servicekit.failures import RemoteError

CREATE_FULL = "urn:ietf:params:scim:event:prov:create:full"
LONG = 50_000


@pytest.fixture
async def registrar(tmp_path: Path, store_settings: dict[str, str]) -> AsyncIterator[Registrar]:
    async with running(settings_of(tmp_path, **store_settings)) as running_registrar:
        yield running_registrar


async def listed(registrar: Registrar, direction: stream_pb2.Direction.ValueType) -> Any:
    stub = StreamServiceStub(registrar.channel)
    return await call(stub.ListStreams, pb.ListStreamsRequest(direction=direction), deadline=10)


async def journal_after(registrar: Registrar, cursor: str, *, wait: int) -> Any:
    stub = StreamServiceStub(registrar.channel)
    request = pb.ReadJournalRequest(cursor=cursor, limit=10, wait_milliseconds=wait)
    return await call(stub.ReadJournal, request, deadline=60)


async def test_a_push_stream_comes_with_its_secret(registrar: Registrar) -> None:
    created = await registrar.create(
        delivery={
            "method": "urn:ietf:rfc:8935",
            "endpoint_url": "http://127.0.0.1:9/events",
            "authorization_header": "pushToken",
        },
        events_requested=[CREATE_FULL, "urn:x"],
        description="r1",
        signing_algorithm="ES256",
        aud=["https://b.example"],
    )

    (stream,) = (await listed(registrar, stream_pb2.DIRECTION_TRANSMIT)).streams

    assert stream == stream_pb2.Stream(
        tenant="default",
        stream_id=created["stream_id"],
        direction=stream_pb2.DIRECTION_TRANSMIT,
        iss=registrar.origin,
        aud=["https://b.example"],
        events_requested=[CREATE_FULL, "urn:x"],
        events_delivered=[CREATE_FULL, "urn:x"],
        delivery_method=stream_pb2.DELIVERY_METHOD_PUSH,
        endpoint_url="http://127.0.0.1:9/events",
        authorization_header="pushToken",
        status=stream_pb2.STREAM_STATUS_ENABLED,
        description="r1",
        signing_algorithm="ES256",
        revision=1,
        created=stream.created,
        subject_format="iss_sub",
    )
    assert stream.created > 0


async def test_a_receive_stream_comes_with_the_issuers_keys_and_its_secret(
    registrar: Registrar,
) -> None:
    created = await registrar.create(
        iss="https://b.example",
        aud=["https://b.example/us"],
        issuerJWKSUrl="http://127.0.0.1:9/jwks.json",
        events_requested=[CREATE_FULL],
        delivery={"method": "urn:ietf:rfc:8935:receive"},
    )

    (stream,) = (await listed(registrar, stream_pb2.DIRECTION_RECEIVE)).streams

    assert stream == stream_pb2.Stream(
        tenant="default",
        stream_id=created["stream_id"],
        direction=stream_pb2.DIRECTION_RECEIVE,
        iss="https://b.example",
        aud=["https://b.example/us"],
        events_requested=[CREATE_FULL],
        events_delivered=[CREATE_FULL, "urn:x"],
        delivery_method=stream_pb2.DELIVERY_METHOD_PUSH,
        endpoint_url=created["delivery"]["endpoint_url"],
        authorization_header=created["delivery"]["authorization_header"],
        status=stream_pb2.STREAM_STATUS_ENABLED,
        jwks_uri="http://127.0.0.1:9/jwks.json",
        disposition=stream_pb2.RECEIVE_DISPOSITION_APPLY,
        revision=1,
        created=stream.created,
    )


async def test_a_waiting_reader_learns_of_each_change_at_once(registrar: Registrar) -> None:
    cursor = (await listed(registrar, stream_pb2.DIRECTION_TRANSMIT)).cursor
    waiting = asyncio.create_task(journal_after(registrar, cursor, wait=LONG))

    stream_id = (await registrar.create())["stream_id"]
    first = await asyncio.wait_for(waiting, 10)
    paused = {"stream_id": stream_id, "status": "paused"}
    await registrar.request("POST", "/ssf/status", json=paused)
    await registrar.request("DELETE", f"/ssf/streams?stream_id={stream_id}")
    rest = await journal_after(registrar, first.next_cursor, wait=LONG)

    assert [*first.entries, *rest.entries] == [
        pb.JournalEntry(
            kind=kind,
            tenant="default",
            stream_id=stream_id,
            direction=stream_pb2.DIRECTION_TRANSMIT,
        )
        for kind in (
            pb.JOURNAL_KIND_STREAM_CREATED,
            pb.JOURNAL_KIND_STREAM_CHANGED,
            pb.JOURNAL_KIND_STREAM_DELETED,
        )
    ]


async def test_a_waiting_reader_is_answered_when_the_service_ends(
    tmp_path: Path, store_settings: dict[str, str]
) -> None:
    async with running(settings_of(tmp_path, **store_settings)) as registrar:
        stub = StreamServiceStub(registrar.channel)
        begun = await stub.ReadJournal(pb.ReadJournalRequest(limit=100))
        waiting = asyncio.ensure_future(journal_after(registrar, begun.next_cursor, wait=LONG))
        # gives the reader the time to look and wait; one that has not yet must be answered too
        await stub.ReadJournal(pb.ReadJournalRequest(limit=100))
        registrar.ending.set()

        page = await asyncio.wait_for(waiting, 10)

    assert (list(page.entries), page.next_cursor) == ([], begun.next_cursor)


@pytest.mark.parametrize(
    ("cursor", "reason"),
    [("nonsense", "INVALID_CURSOR"), ("0123456789abcdef.1", "EPOCH_CHANGED")],
)
async def test_a_foreign_cursor_is_refused(registrar: Registrar, cursor: str, reason: str) -> None:
    with pytest.raises(RemoteError) as refused:
        await journal_after(registrar, cursor, wait=0)

    assert refused.value.reason == reason


async def test_the_journal_begins_with_the_first_keys_and_the_admin_token(
    registrar: Registrar,
) -> None:
    page = await journal_after(registrar, "", wait=0)

    key = pb.JournalEntry(kind=pb.JOURNAL_KIND_KEY_ROTATED, tenant="default")
    token = pb.JournalEntry(
        kind=pb.JOURNAL_KIND_TOKEN_CHANGED, tenant="default", token_hash=token_hash(ADMIN)
    )
    assert list(page.entries) == [key, key, token]


async def test_an_unknown_stream_is_not_found(registrar: Registrar) -> None:
    stub = StreamServiceStub(registrar.channel)

    with pytest.raises(RemoteError) as refused:
        await call(
            stub.GetStream, pb.GetStreamRequest(tenant="default", stream_id="s1"), deadline=10
        )

    assert refused.value.reason == "STREAM_NOT_FOUND"


async def test_without_a_direction_there_is_the_cursor_alone(registrar: Registrar) -> None:
    await registrar.create(events_requested=[CREATE_FULL])

    answer = await listed(registrar, stream_pb2.DIRECTION_UNSPECIFIED)

    assert (len(answer.streams), answer.cursor != "") == (0, True)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_the_signing_key_is_the_private_half_of_a_published_one(
    registrar: Registrar, algorithm: str
) -> None:
    published = (await registrar.request("GET", "/jwks.json")).json["keys"]
    request = key_service_pb2.GetSigningKeyRequest(tenant="default", algorithm=algorithm)

    response = await call(KeyServiceStub(registrar.channel).GetSigningKey, request, deadline=10)

    signer = Signer(orjson.loads(response.private_jwk))
    assert response.issuer == registrar.origin
    assert [jwk["kid"] for jwk in published if jwk["alg"] == algorithm] == [signer.kid]


@pytest.mark.parametrize(("tenant", "algorithm"), [("default", "HS256"), ("other", "RS256")])
async def test_an_unknown_signing_key_is_not_found(
    registrar: Registrar, tenant: str, algorithm: str
) -> None:
    request = key_service_pb2.GetSigningKeyRequest(tenant=tenant, algorithm=algorithm)

    with pytest.raises(RemoteError) as refused:
        await call(KeyServiceStub(registrar.channel).GetSigningKey, request, deadline=10)

    assert refused.value.reason == "KEY_NOT_FOUND"


async def test_the_admin_token_is_known_by_its_hash(registrar: Registrar) -> None:
    request = token_service_pb2.LookUpTokenRequest(token_hash=token_hash(ADMIN))

    response = await call(TokenServiceStub(registrar.channel).LookUpToken, request, deadline=10)

    assert response == token_service_pb2.LookUpTokenResponse(
        tenant="default",
        subject="admin",
        scopes=["admin", "events.publish", "scim", "ssf.manage", "ssf.read"],
        expires=0,
    )


async def test_an_unknown_token_is_not_found(registrar: Registrar) -> None:
    request = token_service_pb2.LookUpTokenRequest(token_hash=token_hash("unknown"))

    with pytest.raises(RemoteError) as refused:
        await call(TokenServiceStub(registrar.channel).LookUpToken, request, deadline=10)

    assert refused.value.reason == "TOKEN_NOT_FOUND"
