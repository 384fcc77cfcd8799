"""CAEP, RISC and custom signals over real sockets: derived from changes, and published."""

import asyncio
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.eventually import eventually
from support.scripted_receiver import Pushed, Receiver, scripted_receiver
from support.transmitter_cluster import Cluster, deletion, patch, running_cluster

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import EventServiceStub
from secevent.caep_events import CREDENTIAL_CHANGE, SESSION_REVOKED
from secevent.risc_events import ACCOUNT_DISABLED, ACCOUNT_PURGED
from secevent.scim_events import DEACTIVATE, PATCH_FULL
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.failures import RemoteError

OWN = "https://events.example.com/badge-lost"
ANN = {"format": "email", "email": "ann@example.com"}
SIGNALS = [ACCOUNT_DISABLED, ACCOUNT_PURGED, CREDENTIAL_CHANGE, SESSION_REVOKED]


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with running_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with scripted_receiver() as receiver:
        yield receiver


def told(pushed: Pushed) -> tuple[str, dict[str, Any]]:
    ((uri, payload),) = pushed.claims["events"].items()
    return uri, payload


async def test_signals_of_changes_and_of_applications_arrive(
    cluster: Cluster, receiver: Receiver
) -> None:
    stream = await cluster.stream(
        delivery=receiver.delivery(),
        events_requested=[PATCH_FULL, DEACTIVATE, OWN, *SIGNALS],
        signing_algorithm="ES256",
    )
    user_id = await cluster.add_user("ann", emails=[{"value": "ann@example.com"}])

    await cluster.write(patch(user_id, active=False))
    pushed = await receiver.has_accepted(4)

    assert [told(one)[0] for one in pushed] == [
        PATCH_FULL,
        DEACTIVATE,
        ACCOUNT_DISABLED,
        SESSION_REVOKED,
    ]
    assert len({one.claims["txn"] for one in pushed}) == 1
    for one in pushed[2:]:
        _, payload = told(one)
        assert one.claims["sub_id"] == {"format": "iss_sub", "iss": stream["iss"], "sub": user_id}
        assert payload["reason_admin"] == {"en": "The account was disabled."}
        assert payload["initiating_entity"] == "admin"
        assert payload["event_timestamp"] <= one.claims["iat"]

    await cluster.write(patch(user_id, password="Never-in-an-event-1"))
    await cluster.write(deletion(user_id))
    pushed = await receiver.has_accepted(8)

    assert [told(one)[0] for one in pushed[4:]] == [
        CREDENTIAL_CHANGE,
        SESSION_REVOKED,
        ACCOUNT_PURGED,
        SESSION_REVOKED,
    ]
    assert "Never-in" not in str([one.claims for one in pushed])

    body = {"sub_id": ANN, "events": {OWN: {"badge": 7}}}
    status, answer = await cluster.publish(**body)
    repeated = [await cluster.publish(**body, txn="once") for _ in range(2)]
    pushed = await receiver.has_accepted(10)

    assert status == 202
    assert repeated == [(202, {"txn": "once"})] * 2
    assert [(told(one), one.claims["sub_id"]) for one in pushed[8:]] == [
        ((OWN, {"badge": 7}), ANN)
    ] * 2
    assert [one.claims["txn"] for one in pushed[8:]] == [answer["txn"], "once"]

    await _check_refusals(cluster)
    await _check_grpc(cluster)
    assert len(await receiver.has_accepted(11)) == 11


async def _check_refusals(cluster: Cluster) -> None:
    body = {"sub_id": ANN, "events": {SESSION_REVOKED: {"event_timestamp": "now"}}}
    assert await cluster.publish(**body) == (
        400,
        {
            "err": "invalid_request",
            "description": f'events["{SESSION_REVOKED}"].event_timestamp must be a number:'
            " seconds since 1970",
        },
    )
    url = f"{cluster.origin('set-transmitter')}/ssf/events"
    json_, text = ({"Content-Type": media} for media in ("application/json", "text/plain"))
    for expected, token, options in (
        ((400, "invalid_request"), None, {"data": b"{", "headers": json_}),
        ((401, "invalid_token"), "a-strangers-token", {"json": body}),
        ((413, "invalid_request"), None, {"json": {"txn": "x" * 300_000}}),
        ((415, "invalid_request"), None, {"data": b"{}", "headers": text}),
    ):
        given = {"token": token} if token else {}
        status, answer = await cluster.request("POST", url, **given, **options)
        assert (status, answer["err"]) == expected
    conflict = {"sub_id": ANN, "events": {OWN: {"badge": 8}}, "txn": "once"}
    assert (await cluster.publish(**conflict))[0] == 409
    assert (await cluster.publish(path="/t/acme", **conflict))[0] == 401
    registrar = f"{cluster.origin('ssf-registrar')}/admin/v1/tenants/default/tokens"
    scopes = {"name": "reader", "scopes": ["ssf.read"]}
    _, made = await cluster.request("POST", registrar, json=scopes)
    status, answer = await cluster.request("POST", url, token=made["token"], json=conflict)
    assert (status, answer["err"]) == (403, "insufficient_scope")


async def _check_grpc(cluster: Cluster) -> None:
    event = pb.PublishedEvent(
        sub_id=b'{"format":"opaque","id":"a"}', event_type=OWN, payload=b"{}", txn="rpc"
    )
    wrong = pb.PublishedEvent(sub_id=b"{}", event_type=OWN, payload=b"{}")
    async with open_channel(unix_endpoint(cluster.data, "set-transmitter")) as channel:
        stub = EventServiceStub(channel)
        request = pb.PublishRequest(tenant="default", events=[event, event])
        answer = await call(stub.Publish, request, deadline=20)
        request = pb.PublishRequest(tenant="default", events=[event, wrong])
        with pytest.raises(RemoteError) as refused:
            await call(stub.Publish, request, deadline=20)
    assert list(answer.txns) == ["rpc", "rpc"]
    assert refused.value.reason == "INVALID_REQUEST"


async def test_a_transmitter_killed_while_it_is_published_to_loses_and_doubles_nothing(
    cluster: Cluster, receiver: Receiver
) -> None:
    await cluster.stream(
        delivery=receiver.delivery(), events_requested=[OWN], signing_algorithm="ES256"
    )

    publishing = asyncio.gather(*(_until_accepted(cluster, number) for number in range(40)))
    await receiver.has_accepted(5)
    await cluster.end("set-transmitter", signal.SIGKILL)
    await cluster.start("set-transmitter")
    await publishing

    await receiver.has_accepted(200)
    numbers = [told(one)[1]["number"] for one in receiver.accepted]
    assert sorted(numbers) == list(range(200))
    for subject in range(40):
        of_subject = [number for number in numbers if number // 5 == subject]
        assert of_subject == sorted(of_subject)


async def _until_accepted(cluster: Cluster, subject: int) -> None:
    """Publish five events about a subject one after the other, each until it is accepted."""
    for number in range(subject * 5, subject * 5 + 5):
        body = {
            "sub_id": {"format": "opaque", "id": str(subject)},
            "events": {OWN: {"number": number}},
            "txn": f"txn-{number}",
        }
        await eventually(partial(_is_accepted, cluster, body), seconds=60)


async def _is_accepted(cluster: Cluster, body: dict[str, Any]) -> bool:
    try:
        status, _ = await cluster.publish(**body)
    except aiohttp.ClientError:
        return False
    assert status in {202, 503}
    return status == 202
