"""Bringing a receiver up to the present state, with the real store (ADR 19)."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.eventually import eventually
from support.scripted_receiver import Pushed, Receiver, scripted_receiver
from support.transmitter_cluster import Cluster, creation, deletion, patch, running_cluster

COUNT = 400
SECONDS = 120


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with running_cluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with scripted_receiver() as receiver:
        yield receiver


async def populate(cluster: Cluster) -> list[str]:
    """Make people, change some and delete some; return the ids of those that are left.

    All of that is in the event log then, as a stream shows that nobody polls.
    """
    witness = (await cluster.stream())["stream_id"]
    ids: list[str] = []
    for first in range(0, COUNT, 50):
        names = [f"user-{number}" for number in range(first, first + 50)]
        made = await cluster.write(*(creation(name, title="at first") for name in names))
        ids += [user.ref.id for user in made]
    await cluster.write(*(patch(user_id, title="before") for user_id in ids[:50]))
    await cluster.write(*(deletion(user_id) for user_id in ids[-20:]))
    await eventually(lambda: cluster.state_is(witness, pending=COUNT + 70), seconds=SECONDS)
    return ids[:-20]


async def late_stream(cluster: Cluster, receiver: Receiver) -> str:
    """Make a stream that gets nothing of what there is."""
    created = await cluster.fresh_stream(receiver.delivery(), signing_algorithm="ES256")
    return str(created["stream_id"])


async def begin_snapshot(cluster: Cluster, stream_id: str) -> None:
    status, answer = await snapshot(cluster, stream_id)
    assert status == 202, answer


async def snapshot(cluster: Cluster, stream_id: str) -> tuple[int, Any]:
    origin = cluster.origin("set-transmitter")
    return await cluster.request("POST", f"{origin}/admin/v1/streams/{stream_id}/snapshot")


async def is_finished(cluster: Cluster, stream_id: str) -> bool:
    state = await cluster.state(stream_id)
    begun = state.get("snapshot")
    return bool(begun and begun["is_finished"] and state["pending"] == 0)


def titles(pushed: list[Pushed]) -> dict[str, str | None]:
    """Return what a receiver makes of it: the title of each subject, None once it is deleted."""
    known: dict[str, str | None] = {}
    for one in pushed:
        payload = one.claims["events"][f"urn:ietf:params:scim:event:prov:{one.event}"]
        match one.event:
            case "create:full":
                known[one.subject] = payload["data"]["title"]
            case "patch:full":
                (operation,) = payload["data"]["Operations"]
                assert one.subject in known, "a change came before its resource"
                known[one.subject] = operation["value"]
            case "delete":
                known[one.subject] = None
    return known


async def test_a_stream_that_is_made_late_gets_everything_while_that_changes(
    cluster: Cluster, receiver: Receiver
) -> None:
    ids = await populate(cluster)
    stream_id = await late_stream(cluster, receiver)

    await begin_snapshot(cluster, stream_id)
    for first in range(0, len(ids) - 10, 20):
        some = ids[first : first + 20]
        await cluster.write(*(patch(user_id, title=f"then {first}") for user_id in some))
    await cluster.write(*(deletion(user_id) for user_id in ids[-10:]))
    late = await cluster.add_user("late", title="new")
    await eventually(lambda: is_finished(cluster, stream_id), seconds=SECONDS)
    await eventually(lambda: titles(receiver.accepted).get(f"/Users/{late}"), seconds=SECONDS)

    told = titles(receiver.accepted)
    expected = {f"/Users/{id_}": f"then {n // 20 * 20}" for n, id_ in enumerate(ids[:-10])}
    assert {uri: title for uri, title in told.items() if title is not None} == {
        **expected,
        f"/Users/{late}": "new",
    }


async def test_a_snapshot_goes_on_where_it_was_when_the_transmitter_was_killed(
    cluster: Cluster, receiver: Receiver
) -> None:
    await populate(cluster)
    stream_id = await late_stream(cluster, receiver)
    await begin_snapshot(cluster, stream_id)
    for accepted in (30, 200):
        await receiver.has_accepted(accepted, seconds=SECONDS)
        await cluster.end("set-transmitter", signal.SIGKILL)
        await cluster.start("set-transmitter")

    await eventually(lambda: is_finished(cluster, stream_id), seconds=SECONDS)

    bytes_of_jti = {(one.claims["jti"], one.jwt) for one in receiver.pushed}
    assert len(bytes_of_jti) == len({jti for jti, _ in bytes_of_jti}) == COUNT
    assert len(titles(receiver.accepted)) == COUNT
    state = (await cluster.state(stream_id))["snapshot"]
    assert state == {"total": COUNT, "walked": COUNT, "settled": COUNT, "is_finished": True}


async def test_a_snapshot_that_begins_anew_leaves_nothing_out(
    cluster: Cluster, receiver: Receiver
) -> None:
    ids = await populate(cluster)
    stream_id = await late_stream(cluster, receiver)
    receiver.door.clear()
    await begin_snapshot(cluster, stream_id)
    await begin_snapshot(cluster, stream_id)

    await cluster.write(*(patch(user_id, title="meanwhile") for user_id in ids[:5]))
    receiver.door.set()

    await eventually(lambda: is_finished(cluster, stream_id), seconds=SECONDS)
    known = {uri for uri, title in titles(receiver.accepted).items() if title is not None}
    assert known == {f"/Users/{user_id}" for user_id in ids}


async def test_a_store_that_was_replaced_is_told_of_as_it_is(
    cluster: Cluster, receiver: Receiver
) -> None:
    stream = await cluster.stream(delivery=receiver.delivery())
    await cluster.add_user("of-the-old-store")
    await receiver.has_accepted(1, seconds=SECONDS)
    await cluster.end("set-transmitter")
    await cluster.end("resource-store", signal.SIGKILL)
    for path in cluster.data.glob("resource-store.sqlite3*"):
        path.unlink()
    await cluster.start("resource-store")
    there = await cluster.add_user("of-the-new-store", title="there")
    await cluster.write(patch(there, title="changed"))

    await cluster.start("set-transmitter")

    await eventually(lambda: is_finished(cluster, stream["stream_id"]), seconds=SECONDS)
    _, pushed = await receiver.has_accepted(2, seconds=SECONDS)
    assert (pushed.subject, pushed.event) == (f"/Users/{there}", "create:full")
    assert titles([pushed]) == {f"/Users/{there}": "changed"}


async def test_what_cannot_be_brought_up_to_date_is_refused(cluster: Cluster) -> None:
    disabled = (await cluster.stream())["stream_id"]
    await cluster.set_status(disabled, "disabled")
    mute = await cluster.stream(events_requested=["urn:ietf:params:scim:event:prov:delete"])
    receiving = await cluster.stream(
        delivery={"method": "urn:ietf:rfc:8935:receive"},
        iss="https://issuer.example",
        aud=["https://receiver.example"],
        issuerJWKSUrl="http://127.0.0.1:9/jwks.json",
    )

    answers = [
        await snapshot(cluster, stream_id)
        for stream_id in ("unheard-of", disabled, mute["stream_id"], receiving["stream_id"])
    ]

    assert [status for status, _ in answers] == [404, 409, 409, 409]
    for (_, body), word in zip(answers, ("no stream", "enable", "create", "receives"), strict=True):
        assert word in body["detail"]


async def test_a_receive_stream_is_nothing_to_poll(cluster: Cluster) -> None:
    receiving = await cluster.stream(
        delivery={
            "method": "urn:ietf:rfc:8936:receive",
            "endpoint_url": "http://127.0.0.1:9/poll",
            "authorization_header": "Bearer x",
        },
        iss="https://issuer.example",
        aud=["https://receiver.example"],
        issuerJWKSUrl="http://127.0.0.1:9/jwks.json",
    )
    url = f"{cluster.origin('set-transmitter')}/ssf/poll/{receiving['stream_id']}"

    status, _ = await cluster.request("POST", url, json={"returnImmediately": True})

    assert status == 404
