"""What a stream's receiver is told of the stream itself, over real sockets (SSF 1.0)."""

import base64
import json
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from support.eventually import eventually
from support.registrar_storage import MASTER_KEY
from support.scripted_receiver import Receiver
from support.transmitter_cluster import ALL_FULL, Cluster, patch, running_cluster

from secevent.scim_events import CREATE_FULL
from secevent.ssf_events import STREAM_UPDATED, VERIFICATION

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    folder = tmp_path_factory.mktemp("data")
    async with running_cluster(folder, poll_visibility_seconds="0.3") as cluster:
        yield cluster


async def test_a_state_comes_exactly_once_though_the_transmitter_was_killed(
    cluster: Cluster, receiver: Receiver
) -> None:
    await check_that_a_state_comes_once(cluster, receiver)


async def test_a_state_comes_exactly_once_on_mongodb_too(
    mongo_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    store = {"HELIOGRAPH_STORE": mongo_url, "HELIOGRAPH_MASTER_KEY": MASTER_KEY}
    async with running_cluster(tmp_path, store) as cluster:
        await check_that_a_state_comes_once(cluster, receiver)


async def check_that_a_state_comes_once(cluster: Cluster, receiver: Receiver) -> None:
    pushed = await cluster.stream(delivery=receiver.delivery(), events_requested=[])
    polled = await cluster.stream(events_requested=[])
    await cluster.end("set-transmitter", signal.SIGKILL)
    await verify(cluster, pushed, "while it is away")
    await verify(cluster, polled, "while it is away")
    await cluster.start("set-transmitter")
    await receiver.has_accepted(1)
    await eventually(lambda: cluster.state_is(polled["stream_id"], pending=1))

    await cluster.end("set-transmitter", signal.SIGKILL)
    await cluster.start("set-transmitter")
    await cluster.change(pushed["stream_id"], min_verification_interval=0)
    await verify(cluster, pushed, None)

    told = [claims["events"][VERIFICATION] for claims in await distinct(receiver, 2)]
    assert told == [{"state": "while it is away"}, {}]
    sets = await cluster.poll(polled, returnImmediately=False)
    (claims,) = map(claims_of, sets["sets"].values())
    assert claims["events"] == {VERIFICATION: {"state": "while it is away"}}
    assert claims["sub_id"] == {"format": "opaque", "id": polled["stream_id"]}
    assert (claims["iss"], [claims["aud"]]) == (polled["iss"], polled["aud"])
    await cluster.poll(polled, ack=list(sets["sets"]))
    assert await cluster.state_is(polled["stream_id"], pending=0, acknowledged=1)


async def test_requests_have_their_bounds(cluster: Cluster) -> None:
    stream = await cluster.stream(min_verification_interval=60)
    stream_id, url = stream["stream_id"], f"{cluster.origin('ssf-registrar')}/ssf/verify"
    assert (await cluster.request("POST", url, json={"stream_id": stream_id}))[0] == 204

    headers = {"Authorization": "Bearer token-of-the-administrator"}
    async with cluster.http.post(url, json={"stream_id": stream_id}, headers=headers) as again:
        assert (again.status, again.headers["Retry-After"].isdigit()) == (429, True)
    await cluster.change(stream_id, min_verification_interval=0)
    statuses = []
    for status in ("paused", "disabled"):
        await cluster.set_status(stream_id, status)
        statuses.append((await cluster.request("POST", url, json={"stream_id": stream_id}))[0])
    wrong: list[dict[str, object]] = [{"stream_id": "x"}, {}, {"stream_id": stream_id, "state": 7}]
    statuses += [(await cluster.request("POST", url, json=body))[0] for body in wrong]

    assert statuses == [204, 400, 404, 400, 400]
    assert (await cluster.request("POST", url, token="nobody's", json={}))[0] == 401


async def test_a_paused_stream_holds_in_order_and_a_disabled_one_drops(
    cluster: Cluster, receiver: Receiver
) -> None:
    stream = await cluster.fresh_stream(receiver.delivery(), events_requested=ALL_FULL)
    stream_id = stream["stream_id"]
    await cluster.set_status(stream_id, "paused")
    await eventually(lambda: cluster.state_is(stream_id, status="paused"))
    await verify(cluster, stream, "held")
    await eventually(lambda: cluster.state_is(stream_id, pending=1))
    user_id = await cluster.add_user(f"held-{stream_id}")
    for number in range(3):
        await cluster.write(patch(user_id, nickName=f"nick-{number}"))
    await eventually(lambda: cluster.state_is(stream_id, pending=5))
    assert receiver.pushed == []

    await cluster.set_status(stream_id, "enabled")
    held = await distinct(receiver, 5)
    await cluster.set_status(stream_id, "disabled")
    await eventually(lambda: cluster.state_is(stream_id, status="disabled"))
    await cluster.add_user(f"dropped-{stream_id}")
    await eventually(lambda: cluster.state_is(stream_id, pending=0))
    await cluster.set_status(stream_id, "enabled")
    await eventually(lambda: cluster.state_is(stream_id, status="enabled"))
    await cluster.add_user(f"after-{stream_id}")

    (created, *patches) = [
        claims["events"] for claims in held if claims["sub_id"].get("uri") == f"/Users/{user_id}"
    ]
    assert set(created) == {CREATE_FULL}
    nicknames = [json.dumps(events).partition('"nick-')[2][0] for events in patches]
    assert nicknames == ["0", "1", "2"]
    assert len(await distinct(receiver, 6)) == 6


async def test_a_receiver_is_told_before_an_administrator_stops_its_stream_and_when_it_goes_on(
    cluster: Cluster, receiver: Receiver
) -> None:
    stream = await cluster.fresh_stream(receiver.delivery())
    await ask_status(cluster, stream, "paused", reason="upgrade")
    await status_is(cluster, stream, "paused")
    (told,) = await distinct(receiver, 1)
    assert told["events"] == {STREAM_UPDATED: {"status": "paused", "reason": "upgrade"}}
    await cluster.add_user(f"later-{stream['stream_id']}")

    await ask_status(cluster, stream, "enabled")

    await status_is(cluster, stream, "enabled")
    told, _ = (await distinct(receiver, 3))[1:]
    events = [claims["events"] for claims in await distinct(receiver, 3)]
    assert {STREAM_UPDATED: {"status": "enabled"}} in events


async def test_a_pause_takes_effect_though_nobody_can_be_told(cluster: Cluster) -> None:
    stream = await cluster.fresh_stream()

    await ask_status(cluster, stream, "paused")

    await status_is(cluster, stream, "paused")
    await cluster.set_status(stream["stream_id"], "enabled")
    (claims,) = map(
        claims_of, (await cluster.poll(stream, returnImmediately=False))["sets"].values()
    )
    assert claims["events"] == {STREAM_UPDATED: {"status": "paused"}}


async def test_a_stream_that_nobody_uses_is_paused(cluster: Cluster, receiver: Receiver) -> None:
    delivery = receiver.delivery()
    stream = await cluster.stream(delivery=delivery, events_requested=[], inactivity_timeout=1)

    (told,) = await distinct(receiver, 1)

    reason = "inactive for 1 s (inactivity_timeout)"
    assert told["events"] == {STREAM_UPDATED: {"status": "paused", "reason": reason}}
    await status_is(cluster, stream, "paused", reason=reason)


async def verify(cluster: Cluster, stream: Mapping[str, Any], state: str | None) -> None:
    body = {"stream_id": stream["stream_id"]} | ({} if state is None else {"state": state})
    url = f"{cluster.origin('ssf-registrar')}/ssf/verify"
    assert await cluster.request("POST", url, json=body) == (204, None)


async def ask_status(cluster: Cluster, stream: Mapping[str, Any], status: str, **more: str) -> None:
    path = f"/admin/v1/streams/{stream['stream_id']}/status"
    url = cluster.origin("set-transmitter") + path
    answer = await cluster.request("POST", url, json={"status": status, **more})
    assert answer[0] == 202, answer


async def status_is(cluster: Cluster, stream: Mapping[str, Any], status: str, **more: str) -> None:
    url = f"{cluster.origin('ssf-registrar')}/ssf/status?stream_id={stream['stream_id']}"

    async def found() -> bool:
        return ({"status": status} | more).items() <= (await cluster.request("GET", url))[1].items()

    await eventually(found)


async def distinct(receiver: Receiver, count: int) -> Sequence[Mapping[str, Any]]:
    """Return the claims of SETs that the receiver accepted, each once, in their order."""
    accepted = await receiver.has_accepted(count)
    return list({one.claims["jti"]: one.claims for one in accepted}.values())


def claims_of(jwt: str) -> dict[str, Any]:
    payload = jwt.split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims
