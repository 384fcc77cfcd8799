"""A backup of a cluster under load, restored in another place, with a follower."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.cluster import Cluster, helio, helio_command, running_cluster
from support.eventually import eventually
from support.people import api_of, create, found, has

from helio.api import Api
from helio.backups.making import make_backup
from helio.backups.restoring import restore
from helio.settings import cluster_settings
from heliograph.resource.v1 import change_service_pb2
from heliograph.resource.v1.change_service_pb2_grpc import ChangeServiceStub
from heliograph.ssf.v1 import stream_service_pb2
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph_demo.following import Link, Method, follow, wait_until_caught_up
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.failures import RemoteError

SECONDS = 60
DELIVERIES: Sequence[Method] = ("push", "poll")


@dataclass
class Load:
    """A client that creates people one after another."""

    api: Api
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        for number in count():
            if self.ending.is_set():
                return
            self.acknowledged.append(await create(self.api, f"person-{number}"))

    async def has_grown_by(self, people: int) -> None:
        wanted = len(self.acknowledged) + people
        await eventually(lambda: len(self.acknowledged) >= wanted, seconds=SECONDS)


@asynccontextmanager
async def loaded(api: Api) -> AsyncIterator[Load]:
    """Write until the block ends, and let the last write be answered."""
    load = Load(api)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(load.run())
        yield load
        load.ending.set()


async def changes(cluster: Cluster, cursor: str = "") -> tuple[int, str]:
    """Return how many changes a cluster's feed has after a cursor, and the cursor at its end."""
    total = 0
    async with open_channel(unix_endpoint(cluster.data, "resource-store")) as channel:
        while True:
            request = change_service_pb2.ReadChangesRequest(cursor=cursor, limit=1000)
            page = await call(ChangeServiceStub(channel).ReadChanges, request, deadline=SECONDS)
            total, cursor = total + len(page.changes), page.next_cursor
            if not page.changes:
                return total, cursor


async def journal_end(cluster: Cluster, cursor: str = "") -> str:
    async with open_channel(unix_endpoint(cluster.data, "ssf-registrar")) as channel:
        request = stream_service_pb2.ReadJournalRequest(cursor=cursor, limit=1000)
        page = await call(StreamServiceStub(channel).ReadJournal, request, deadline=SECONDS)
        return page.next_cursor


async def receipts(api: Api) -> Sequence[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        path = f"/admin/v1/receipts?limit=1000&after={after}"
        page = await api.call("GET", api.url("set-receiver", path))
        rows, after = rows + page["receipts"], page["next"]
        if not after:
            return rows


async def followed(links: Sequence[Link], person: dict[str, Any]) -> None:
    """Wait until a follower has a person, and each of its streams has nothing under way."""
    for link in links:
        is_there = partial(has, link.receiver, person["userName"])
        await wait_until_caught_up(link, is_there, tell=lambda _: None)


async def refusal(reading: Awaitable[object]) -> str:
    """Return the reason for which a cursor is refused."""
    with pytest.raises(RemoteError) as refused:
        await reading
    return refused.value.reason


def epochs(rows: Sequence[dict[str, Any]]) -> set[str]:
    return {row["jti"].partition("-")[0] for row in rows}


# Three clusters are started, which takes minutes on a machine with other things to do.
@pytest.mark.timeout(600)
async def test_a_cluster_restored_elsewhere_has_all_of_before_and_its_follower_goes_on(
    tmp_path: Path,
) -> None:
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    with running_cluster(tmp_path / "a") as a, running_cluster(tmp_path / "b") as b:
        async with aiohttp.ClientSession() as session:
            leader, follower = api_of(a, session), api_of(b, session)
            links = [await follow(leader, follower, method) for method in DELIVERIES]
            async with loaded(leader) as load:
                await load.has_grown_by(50)
                acknowledged = list(load.acknowledged)
                (_, feed), journal = await changes(a), await journal_end(a)
                await asyncio.to_thread(make_backup, cluster_settings(data=a.data), backup)
                await load.has_grown_by(10)
            await followed(links, await create(leader, "the last one"))
            before, (told_before, _) = await receipts(follower), await changes(b)
            a.stop()

            restore(cluster_settings(data=restored), backup, force=False)
            with running_cluster(restored, port=a.port) as again:
                leader = api_of(again, session)
                kept = [await found(leader, person) for person in acknowledged]
                reasons = [await refusal(changes(again, feed))]
                reasons += [await refusal(journal_end(again, journal))]
                links = [replace(link, sender=leader) for link in links]
                await followed(links, await create(leader, "the first one after it"))
                after, (told_after, _) = await receipts(follower), await changes(b)

    assert kept == acknowledged
    assert reasons == ["EPOCH_CHANGED", "EPOCH_CHANGED"]
    fresh = after[len(before) :]
    assert epochs(before).isdisjoint(epochs(fresh))
    assert {row["stream_id"] for row in fresh} == {link.received_stream for link in links}
    assert [row["state"] for row in fresh].count("applied") == 1
    assert told_after == told_before + 1


async def test_a_backup_that_is_killed_leaves_the_cluster_and_no_backup(tmp_path: Path) -> None:
    places = tmp_path / "backups"
    places.mkdir()
    with running_cluster(tmp_path / "data") as cluster:
        # A backup that comes to the secrets has copied the databases, and waits for this file.
        (cluster.data / "secrets" / "admin-token").rename(tmp_path / "token")
        os.mkfifo(cluster.data / "secrets" / "admin-token")
        process = await asyncio.create_subprocess_exec(
            *helio_command("backup", "--data", str(cluster.data), "--to", str(places / "one"))
        )
        await eventually(lambda: list(places.glob(".one.*/secrets/master-key")), seconds=SECONDS)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        (tmp_path / "token").replace(cluster.data / "secrets" / "admin-token")

        left = [path.name for path in places.iterdir()]
        second = helio("backup", "--data", str(cluster.data), "--to", str(places / "one"))
        hello = helio("hello", "--data", str(cluster.data))

        assert [name.endswith(".unfinished") for name in left] == [True]
        assert (
            helio("restore", str(places / left[0]), "--data", str(tmp_path / "c")).returncode == 2
        )
        assert (second.returncode, hello.returncode) == (0, 0)
        assert cluster.status()["services"]
        assert all(row["restarts"] == 0 for row in cluster.status()["services"])
