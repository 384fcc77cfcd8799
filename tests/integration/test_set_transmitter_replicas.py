"""Several set-transmitters on one MongoDB: one is active, and another takes over."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.eventually import eventually
from support.scripted_receiver import Receiver, scripted_receiver
from support.transmitter_cluster import Cluster, creation, patch
from support.transmitter_replicas import Replica, Replicas, running_replicas

USERS = [f"user-{number}" for number in range(100)]
TIMES = 4


@pytest.fixture
async def replicas(tmp_path: Path, mongo_url: str) -> AsyncIterator[Replicas]:
    async with running_replicas(tmp_path, mongo_url, count=2) as replicas:
        yield replicas


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with scripted_receiver() as receiver:
        yield receiver


async def test_one_answers_polls_and_the_other_stands_by_and_is_ready(replicas: Replicas) -> None:
    stream = await replicas.cluster.stream()
    active = await replicas.active()
    (standby,) = (one for one in replicas.running if one is not active)

    answer = await active.poll(stream["stream_id"])
    refusal = await standby.poll(stream["stream_id"])

    assert (answer.status, await answer.json()) == (200, {"sets": {}})
    assert (refusal.status, refusal.headers["Retry-After"]) == (503, "1")
    assert "stands by" in (await refusal.json())["detail"]
    assert await standby.is_ready()


async def test_what_one_handed_out_is_acknowledged_at_its_successor(replicas: Replicas) -> None:
    stream_id = (await replicas.cluster.stream())["stream_id"]
    active = await replicas.active()
    await replicas.cluster.add_user("ann")
    sets = (await (await active.poll(stream_id, returnImmediately=False)).json())["sets"]
    await replicas.kill(active)
    successor = await replicas.active()

    answer = await successor.poll(stream_id, ack=list(sets))

    assert len(sets) == 1
    assert (answer.status, await answer.json()) == (200, {"sets": {}})


async def test_a_killed_leader_loses_nothing_and_keeps_each_subjects_order(
    replicas: Replicas, receiver: Receiver
) -> None:
    cluster = replicas.cluster
    await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    ids = await created(cluster)
    writing = asyncio.create_task(retitle(cluster, ids))
    for accepted in (20, 200):
        await receiver.has_accepted(accepted, seconds=120)
        await replicas.kill(await replicas.active())
        await replicas.start()
    await writing

    await receiver.has_accepted(len(ids) * (TIMES + 1), seconds=120)

    assert_told_once_and_in_order(receiver, ids)


async def test_a_leader_that_was_paused_past_its_lease_changes_nothing(
    replicas: Replicas, receiver: Receiver
) -> None:
    cluster = replicas.cluster
    await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    ids = await created(cluster)
    writing = asyncio.create_task(retitle(cluster, ids))
    await receiver.has_accepted(20, seconds=120)
    paused = await replicas.active()
    paused.send(signal.SIGSTOP)
    replicas.running.remove(paused)
    try:
        await replicas.active()
        await receiver.has_accepted(300, seconds=120)
    finally:
        paused.send(signal.SIGCONT)
        replicas.running.append(paused)
    await eventually(lambda: stands_by(paused), seconds=60)
    await writing

    await receiver.has_accepted(len(ids) * (TIMES + 1), seconds=120)

    assert_told_once_and_in_order(receiver, ids)


async def test_a_snapshot_goes_on_at_the_successor(replicas: Replicas, receiver: Receiver) -> None:
    cluster = replicas.cluster
    ids = await created(cluster)
    stream = await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    active = await replicas.active()
    path = f"/admin/v1/streams/{stream['stream_id']}/snapshot"
    assert await cluster.request("POST", f"{active.origin}{path}") == (202, None)
    await receiver.has_accepted(20, seconds=120)

    await replicas.kill(active)
    successor = await replicas.active()
    await eventually(lambda: has_finished(cluster, successor), seconds=120)

    bytes_of_jti = {(one.claims["jti"], one.jwt) for one in receiver.pushed}
    assert len(bytes_of_jti) == len({jti for jti, _ in bytes_of_jti})
    assert {one.subject for one in receiver.accepted} == {f"/Users/{user_id}" for user_id in ids}


async def test_a_reset_at_one_is_carried_out_by_its_successor(
    replicas: Replicas, receiver: Receiver
) -> None:
    cluster = replicas.cluster
    stream = await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    await created(cluster)
    before = await receiver.has_accepted(len(USERS), seconds=120)
    receiver.door.clear()
    active = await replicas.active()
    path = f"/admin/v1/streams/{stream['stream_id']}/reissue"
    target = {"jti": before[50].claims["jti"]}
    status, answer = await cluster.request("POST", f"{active.origin}{path}", json={"to": target})

    await replicas.kill(active)
    receiver.door.set()

    await replicas.active()
    again = await receiver.has_accepted(len(USERS) + answer["pending"], seconds=120)
    assert (status, answer["by"]) == (202, "range")
    jtis = [one.claims["jti"] for one in again]
    assert len(set(jtis)) == len(jtis) == len(USERS) + answer["pending"]


async def has_finished(cluster: Cluster, replica: Replica) -> bool:
    _, listed = await cluster.request("GET", f"{replica.origin}/admin/v1/streams")
    return any(state["snapshot"]["is_finished"] for state in listed["streams"])


async def stands_by(replica: Replica) -> bool:
    return await replica.status_of("/admin/v1/streams") == 503


async def created(cluster: Cluster) -> list[str]:
    return [user.ref.id for user in await cluster.write(*(creation(name) for name in USERS))]


async def retitle(cluster: Cluster, ids: list[str]) -> None:
    for number in range(TIMES):
        for first in range(0, len(ids), 10):
            some = ids[first : first + 10]
            await cluster.write(*(patch(user_id, title=f"title {number}") for user_id in some))


def assert_told_once_and_in_order(receiver: Receiver, ids: list[str]) -> None:
    """Each event has one jti and one JWT, and each subject's come in the order of their clocks."""
    bytes_of_jti = {(one.claims["jti"], one.jwt) for one in receiver.pushed}
    assert len(bytes_of_jti) == len({jti for jti, _ in bytes_of_jti}) == len(ids) * (TIMES + 1)
    for user_id in ids:
        told = [one.claims for one in receiver.accepted if one.subject == f"/Users/{user_id}"]
        clocks = [claims["urn:heliograph:provenance"]["clock"] for claims in told]
        assert clocks == sorted(clocks)
