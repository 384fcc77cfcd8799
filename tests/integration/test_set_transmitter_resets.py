"""Streams set back over real sockets, also while set-transmitter dies (ADR 39)."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from support.eventually import eventually
from support.scripted_receiver import Receiver
from support.transmitter_cluster import Cluster, creation

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Told:
    """A push stream whose receiver has had four events, and what it was told by them."""

    cluster: Cluster
    receiver: Receiver
    stream_id: str
    jtis: Sequence[str]

    async def set_back(self, to: object, *, how: str = "reset") -> tuple[int, Any]:
        return await set_back(self.cluster, self.stream_id, to, how=how)

    async def comes_again(self, count: int) -> list[Mapping[str, Any]]:
        """Return what was pushed after the first four, once the stream has nothing pending."""
        await eventually(lambda: len(self.receiver.pushed) >= 4 + count)
        await eventually(lambda: self.cluster.state_is(self.stream_id, pending=0))
        return [pushed.claims for pushed in self.receiver.pushed[4:]]

    async def again(self, count: int) -> list[str]:
        return sorted(claims["jti"] for claims in await self.comes_again(count))

    async def kill(self) -> None:
        """Kill set-transmitter once what was acknowledged is recorded: it is not sent again."""
        url = f"{self.cluster.origin('set-transmitter')}/admin/v1/events/{self.jtis[0]}"
        await self.cluster.request("GET", url)
        await self.cluster.end("set-transmitter", signal.SIGKILL)

    async def restart(self) -> None:
        await self.kill()
        await self.cluster.start("set-transmitter")


@pytest_asyncio.fixture(loop_scope="module")
async def told(cluster: Cluster, receiver: Receiver) -> Told:
    stream_id = (await cluster.fresh_stream(receiver.delivery(), signing_algorithm="ES256"))[
        "stream_id"
    ]
    for name in ("a", "b", "c", "d"):
        await cluster.add_user(f"{name}-of-{stream_id}")
    pushed = await receiver.has_accepted(4)
    await eventually(lambda: cluster.state_is(stream_id, pending=0, acknowledged=4))
    return Told(cluster, receiver, stream_id, sorted(one.claims["jti"] for one in pushed))


async def set_back(
    cluster: Cluster, stream_id: str, to: object, *, how: str = "reset"
) -> tuple[int, Any]:
    url = f"{cluster.origin('set-transmitter')}/admin/v1/streams/{stream_id}/{how}"
    return await cluster.request("POST", url, json={"to": to})


async def test_a_reset_to_a_jti_redelivers_exactly_that_range(told: Told) -> None:
    answer = await told.set_back({"jti": told.jtis[2]})

    assert answer == (202, {"by": "range", "first": told.jtis[2], "pending": 2})
    assert await told.again(2) == told.jtis[2:]


async def test_a_reset_to_a_date_redelivers_exactly_that_range(cluster: Cluster) -> None:
    stream = await cluster.fresh_stream()
    await cluster.write(*(creation(f"{n}-of-{stream['stream_id']}") for n in "ab"))
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=2))
    date = datetime.now(UTC).isoformat()
    await cluster.write(*(creation(f"{n}-of-{stream['stream_id']}") for n in "cd"))
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=4))
    first = (await cluster.poll(stream))["sets"]
    await cluster.poll(stream, ack=list(first))

    status, answer = await set_back(cluster, stream["stream_id"], {"date": date})

    again = (await cluster.poll(stream))["sets"]
    assert (status, answer["pending"], len(first)) == (202, 2, 4)
    assert sorted(again) == sorted(first)[2:]


async def test_a_reset_through_the_configuration_is_done_once(told: Told) -> None:
    await told.cluster.change(told.stream_id, resetJti=told.jtis[3])
    assert await told.again(1) == told.jtis[3:]

    await told.restart()
    await told.cluster.add_user(f"after-{told.stream_id}")

    (_, after) = await told.comes_again(2)
    assert after["jti"] not in told.jtis
    url = f"{told.cluster.origin('ssf-registrar')}/ssf/streams?stream_id={told.stream_id}"
    _, configuration = await told.cluster.request("GET", url)
    assert "resetJti" not in configuration


async def test_a_reset_that_is_journaled_while_the_transmitter_is_down_is_done(told: Told) -> None:
    await told.kill()
    await told.cluster.change(told.stream_id, resetDate="2000-01-01T00:00:00Z")

    await told.cluster.start("set-transmitter")

    assert set(told.jtis) <= set(await told.again(4))


async def test_a_reset_survives_a_kill_before_anything_was_redelivered(told: Told) -> None:
    told.receiver.door.clear()
    await told.set_back({"jti": told.jtis[1]})

    await told.restart()
    told.receiver.door.set()

    assert set(await told.again(3)) == set(told.jtis[1:])


async def test_a_reissue_has_new_jtis_which_a_kill_does_not_change(told: Told) -> None:
    told.receiver.door.clear()
    _, answer = await told.set_back({"jti": told.jtis[2]}, how="reissue")
    await eventually(lambda: told.receiver.held)
    on_its_way = {held.jwt for held in told.receiver.held}

    await told.restart()
    told.receiver.door.set()

    again = await told.comes_again(2)
    assert {claims["jti"] for claims in again}.isdisjoint(told.jtis)
    assert answer["first"] in {claims["jti"] for claims in again}
    assert len({claims["jti"] for claims in again}) == 2
    assert on_its_way <= {pushed.jwt for pushed in told.receiver.pushed[4:]}


@pytest.mark.parametrize(
    ("to", "status", "word"),
    [
        ({"jti": "epoch-1-another"}, 404, "jti"),
        ({"date": "yesterday"}, 400, "RFC 3339"),
        ({"date": "2030-01-31T12:00:00"}, 400, "offset"),
        ({"jti": "a", "date": "2030-01-31T12:00:00Z"}, 400, "to must be"),
        (None, 400, "beginning"),
    ],
)
async def test_what_names_no_part_of_the_log_is_refused(
    cluster: Cluster, to: object, status: int, word: str
) -> None:
    stream_id = (await cluster.stream())["stream_id"]

    answer = await set_back(cluster, stream_id, to)

    assert answer[0] == status
    assert word in answer[1]["detail"]


async def test_the_log_shows_an_event_and_where_it_stands(told: Told) -> None:
    origin = f"{told.cluster.origin('set-transmitter')}/admin/v1/events"
    silent = (await told.cluster.stream())["stream_id"]

    _, shown = await told.cluster.request("GET", f"{origin}/{told.jtis[0]}")
    newest = f"{origin}?order=newest&limit=2&stream={told.stream_id}"
    _, page = await told.cluster.request("GET", newest)
    missing, _ = await told.cluster.request("GET", f"{origin}/999999999")

    standings = {each["stream_id"]: each["standing"] for each in shown["streams"]}
    assert shown["data"]["userName"] == f"a-of-{told.stream_id}"
    assert standings[told.stream_id] == "settled"
    assert standings.get(silent) in {None, "pending"}
    assert [event["position"] for event in page["events"]] == [
        shown["position"] + 2,
        shown["position"] + 3,
    ]
    assert missing == 404


async def test_whoever_follows_the_log_is_told_of_an_event_at_once(cluster: Cluster) -> None:
    origin = f"{cluster.origin('set-transmitter')}/admin/v1/events"
    _, newest = await cluster.request("GET", f"{origin}?order=newest&limit=1")

    user_id = await cluster.add_user("followed")
    _, page = await cluster.request("GET", f"{origin}?after={newest['next']}&wait=20")

    assert [event["subject_uri"] for event in page["events"]] == [f"/Users/{user_id}"]


async def test_helio_shows_the_log(told: Told) -> None:
    url = told.cluster.origin("set-transmitter")

    tail = await helio(told.cluster, "tail", "--no-follow", "--lines", "2", "--json", "--url", url)
    shown = await helio(told.cluster, "show", told.jtis[3], "--url", url)

    lines = [json.loads(line) for line in tail.splitlines()]
    assert len(lines) == 2
    assert lines[1]["subject_uri"] in shown
    assert f"settled  {told.stream_id}" in shown


async def helio(cluster: Cluster, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "helio", "events", *arguments),
        env=cluster.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()
