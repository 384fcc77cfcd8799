"""A cluster that is restored from a backup, and a peer that knows what came after it."""

import asyncio
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from support.cluster import helio, running_cluster
from support.eventually import eventually
from support.people import api_of, create, delete, has, retitle

from helio.api import Api
from helio.backups.making import make_backup
from helio.backups.restoring import restore
from helio.settings import cluster_settings
from heliograph_demo.comparison import differences, snapshot
from heliograph_demo.following import Link, follow, wait_until_caught_up

SECONDS = 120


async def caught_up(link: Link, user_name: str) -> None:
    is_there = partial(has, link.receiver, user_name)
    await wait_until_caught_up(link, is_there, tell=lambda _: None)


async def hold_the_same(one: Api, other: Api) -> bool:
    return differences(await snapshot(one), await snapshot(other)) == []


# Three starts of clusters take minutes on a machine with other things to do.
@pytest.mark.timeout(600)
async def test_what_a_restore_lost_comes_back_from_a_peer(tmp_path: Path) -> None:
    with running_cluster(tmp_path / "a") as a, running_cluster(tmp_path / "b") as b:
        # No connection outlives the services that it leads to.
        fresh = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=fresh) as session:
            restored, peer = api_of(a, session), api_of(b, session)
            there, back = (
                await follow(restored, peer, "push"),
                await follow(peer, restored, "push"),
            )
            changed, leaver = await create(restored, "changed"), await create(restored, "leaver")
            await caught_up(there, "leaver")
            await asyncio.to_thread(make_backup, cluster_settings(data=a.data), tmp_path / "backup")
            await retitle(restored, changed, "Countess")
            await delete(restored, leaver)
            await create(restored, "joiner")
            await create(peer, "joiner of the peer")
            await caught_up(there, "joiner")
            await caught_up(back, "joiner of the peer")
            a.stop()

            restore(cluster_settings(data=a.data), tmp_path / "backup", force=True)
            assert a.start().returncode == 0
            told = helio("snapshot", "--data", str(b.data), "--stream", back.sent_stream)
            await create(restored, "first after it")
            await caught_up(there, "first after it")

            assert (told.returncode, told.stderr) == (0, "")
            await eventually(lambda: hold_the_same(restored, peer), seconds=SECONDS)
            assert await has(restored, "joiner")
            assert await has(restored, "joiner of the peer")
            assert not await has(restored, "leaver")
