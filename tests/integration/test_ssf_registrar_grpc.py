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
from secevent.encryption import DecryptionKeys, EncryptionKey
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
        receiverJWKSUrl="http://127.0.0.1:9/jwks.json",
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
        receiver_jwks_uri="http://127.0.0.1:9/jwks.json",
        revision=1,
        created=stream.created,
        min_verification_interval=5,
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
        accepts_legacy=True,
    )

    (stream,) = (await listed(registrar, stream_pb2.DIRECTION_RECEIVE)).streams

    assert stream == stream_pb2.Stream(
        tenant="default",
        stream_id=created["stream_id"],
        direction=stream_pb2.DIRECTION_RECEIVE,
        iss="https://b.example",
        aud=["https://b.example/us"],
        events_requested=[CREATE_FULL],
        events_delivered=[CREATE_FULL],
        delivery_method=stream_pb2.DELIVERY_METHOD_PUSH,
        endpoint_url=created["delivery"]["endpoint_url"],
        authorization_header=created["delivery"]["authorization_header"],
        status=stream_pb2.STREAM_STATUS_ENABLED,
        jwks_uri="http://127.0.0.1:9/jwks.json",
        disposition=stream_pb2.RECEIVE_DISPOSITION_APPLY,
        accepts_legacy=True,
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


async def test_a_request_for_a_verification_is_told_with_its_state(registrar: Registrar) -> None:
    stream_id = (await registrar.create())["stream_id"]
    cursor = (await listed(registrar, stream_pb2.DIRECTION_TRANSMIT)).cursor

    body = {"stream_id": stream_id, "state": "any"}
    assert (await registrar.request("POST", "/ssf/verify", json=body)).status == 204

    (entry,) = (await journal_after(registrar, cursor, wait=LONG)).entries
    assert entry == pb.JournalEntry(
        kind=pb.JOURNAL_KIND_VERIFICATION_REQUESTED,
        tenant="default",
        stream_id=stream_id,
        direction=stream_pb2.DIRECTION_TRANSMIT,
        verification=pb.VerificationRequest(
            txn=entry.verification.txn, state="any", requested=entry.verification.requested
        ),
    )
    assert len(entry.verification.txn) == 32


async def test_the_transmitter_sets_a_status_unless_it_is_another_by_then(
    registrar: Registrar,
) -> None:
    stub = StreamServiceStub(registrar.channel)
    stream_id = (await registrar.create(inactivity_timeout=60))["stream_id"]

    async def set_status(status: stream_pb2.StreamStatus.ValueType) -> Any:
        request = pb.SetStreamStatusRequest(
            tenant="default",
            stream_id=stream_id,
            status=status,
            reason="held",
            expected_status=stream_pb2.STREAM_STATUS_ENABLED,
        )
        return (await call(stub.SetStreamStatus, request, deadline=10)).stream

    paused = await set_status(stream_pb2.STREAM_STATUS_PAUSED)
    still = await set_status(stream_pb2.STREAM_STATUS_DISABLED)
    wanted = pb.GetStreamRequest(tenant="default", stream_id=stream_id)
    found = await call(stub.GetStream, wanted, deadline=10)

    assert (paused.status, paused.status_reason) == (stream_pb2.STREAM_STATUS_PAUSED, "held")
    assert still == paused == found.stream
    assert found.unmanaged_seconds < 60
    with pytest.raises(RemoteError, match="status is missing"):
        await set_status(stream_pb2.STREAM_STATUS_UNSPECIFIED)


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
    assert list(page.entries) == [key, key, key, key, token]


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


async def test_a_key_to_decrypt_by_is_not_one_to_sign_by(registrar: Registrar) -> None:
    request = key_service_pb2.GetSigningKeyRequest(tenant="default", algorithm="ECDH-ES")

    with pytest.raises(RemoteError) as refused:
        await call(KeyServiceStub(registrar.channel).GetSigningKey, request, deadline=10)

    assert refused.value.reason == "KEY_NOT_FOUND"


async def test_what_is_encrypted_to_a_published_key_can_be_decrypted(registrar: Registrar) -> None:
    published = (await registrar.request("GET", "/jwks.json", token=None)).json
    key = EncryptionKey.from_jwks(published)
    assert key is not None
    stub = KeyServiceStub(registrar.channel)

    of_default = key_service_pb2.ListDecryptionKeysRequest(tenant="default")
    found = await call(stub.ListDecryptionKeys, of_default, deadline=10)

    keys = DecryptionKeys.from_private_jwks([orjson.loads(jwk) for jwk in found.private_jwks])
    assert keys.decrypt(key.encrypt("e30.e30.c2ln")) == "e30.e30.c2ln"
    of_nobody = key_service_pb2.ListDecryptionKeysRequest(tenant="nobody")
    with pytest.raises(RemoteError) as refused:
        await call(stub.ListDecryptionKeys, of_nobody, deadline=10)
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
