"""What set-transmitter promises when processes die, restart or lose their memory."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.eventually import eventually
from support.scripted_receiver import Receiver, scripted_receiver
from support.transmitter_cluster import Cluster, creation, patch, running_cluster


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with running_cluster(tmp_path, poll_visibility_seconds="0.3") as cluster:
        yield cluster


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with scripted_receiver() as receiver:
        yield receiver


async def kill(cluster: Cluster, service: str) -> None:
    await cluster.end(service, signal.SIGKILL)


async def test_a_killed_transmitter_loses_nothing_and_keeps_each_subjects_order(
    cluster: Cluster, receiver: Receiver
) -> None:
    await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    users = [f"user-{number}" for number in range(100)]
    created = await cluster.write(*(creation(name) for name in users))
    ids = [user.ref.id for user in created]
    writing = asyncio.create_task(_retitle(cluster, ids, times=4))
    for accepted in (20, 150, 300):
        await receiver.has_accepted(accepted)
        await kill(cluster, "set-transmitter")
        await cluster.start("set-transmitter")
    await writing

    pushed = await receiver.has_accepted(500)

    bytes_of_jti = {(one.claims["jti"], one.jwt) for one in receiver.pushed}
    assert len(bytes_of_jti) == len({jti for jti, _ in bytes_of_jti}) == 500
    for user_id in ids:
        told = [one.claims for one in pushed if one.subject == f"/Users/{user_id}"]
        versions = [claims["urn:heliograph:provenance"]["clock"] for claims in told]
        assert versions == sorted(versions)


async def test_a_poll_after_a_kill_has_the_same_bytes(cluster: Cluster) -> None:
    stream = await cluster.stream()
    await cluster.add_user("ann")
    before = (await cluster.poll(stream, returnImmediately=False))["sets"]
    await kill(cluster, "set-transmitter")
    await cluster.start("set-transmitter")

    after = (await cluster.poll(stream, returnImmediately=False))["sets"]

    assert after == before


async def test_an_acknowledgement_survives_a_kill(cluster: Cluster) -> None:
    stream = await cluster.stream()
    await cluster.add_user("ann")
    sets = (await cluster.poll(stream, returnImmediately=False))["sets"]
    await cluster.poll(stream, ack=list(sets))
    await kill(cluster, "set-transmitter")
    await cluster.start("set-transmitter")

    assert await cluster.poll(stream) == {"sets": {}}
    assert await cluster.state_is(stream["stream_id"], pending=0, acknowledged=1)


async def test_a_set_that_is_not_acknowledged_comes_again(cluster: Cluster) -> None:
    stream = await cluster.stream()
    await cluster.add_user("ann")
    first = await cluster.poll(stream, returnImmediately=False)

    again = await cluster.poll(stream, returnImmediately=False)

    assert again == first


async def test_a_waiting_poll_is_answered_when_the_transmitter_ends(cluster: Cluster) -> None:
    stream = await cluster.stream()
    waiting = asyncio.create_task(cluster.poll(stream, returnImmediately=False))
    await eventually(lambda: _polls_under_way(cluster))

    await cluster.end("set-transmitter")

    assert await waiting == {"sets": {}}


async def test_what_happens_while_the_transmitter_is_away_is_delivered(
    cluster: Cluster, receiver: Receiver
) -> None:
    await cluster.stream(delivery=receiver.delivery())
    await kill(cluster, "set-transmitter")
    user_id = await cluster.add_user("ann")

    await cluster.start("set-transmitter")

    (pushed,) = await receiver.has_accepted(1)
    assert pushed.subject == f"/Users/{user_id}"


@pytest.mark.parametrize("service", ["resource-store", "ssf-registrar"])
async def test_deliveries_go_on_when_a_peer_was_killed(
    service: str, cluster: Cluster, receiver: Receiver
) -> None:
    await cluster.stream(delivery=receiver.delivery())
    await cluster.add_user("before")
    await receiver.has_accepted(1)
    await kill(cluster, service)
    await cluster.start(service)

    await cluster.add_user("after")
    late = await cluster.stream(delivery=receiver.delivery("/late"))

    assert late["stream_id"]
    assert len(await receiver.has_accepted(2)) >= 2


async def _retitle(cluster: Cluster, ids: list[str], *, times: int) -> None:
    for number in range(times):
        for first in range(0, len(ids), 10):
            some = ids[first : first + 10]
            await cluster.write(*(patch(user_id, title=f"title {number}") for user_id in some))


async def _polls_under_way(cluster: Cluster) -> bool:
    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/metrics") as answer:
        return "heliograph_polls_waiting 1.0" in await answer.text()
