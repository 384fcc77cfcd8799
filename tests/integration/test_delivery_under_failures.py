"""Nothing is lost, disordered or doubled whatever a receiver answers and whoever dies.

`HELIOGRAPH_TEST_EVENTS` says how many events are told.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from support.eventually import eventually
from support.random_answers import Book, RandomReceiver, random_receiver
from support.transmitter_cluster import ADMIN_TOKEN, Cluster, creation, patch, running_cluster

EVENTS = int(os.environ.get("HELIOGRAPH_TEST_EVENTS", "300"))  # noqa: TID251  the test's size
PER_USER = 10
USERS = max(EVENTS // PER_USER, 1)
SECONDS = 120 + EVENTS / 3
SEED = 8935

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(3 * SECONDS)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(
    cluster_store: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cluster]:
    folder = tmp_path_factory.mktemp("data")
    async with running_cluster(folder, cluster_store, poll_visibility_seconds="0.5") as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[RandomReceiver]:
    async with random_receiver(SEED) as receiver:
        yield receiver


async def write(cluster: Cluster, name: str) -> list[str]:
    """Create users and change each of them some times; return their ids."""
    ids: list[str] = []
    for first in range(0, USERS, 20):
        names = [f"{name}-{number}" for number in range(first, min(first + 20, USERS))]
        ids += [user.ref.id for user in await cluster.write(*map(creation, names))]
    for number in range(1, PER_USER):
        for first in range(0, USERS, 20):
            some = ids[first : first + 20]
            await cluster.write(*(patch(user_id, title=f"title {number}") for user_id in some))
    return ids


async def kill_as_it_goes(cluster: Cluster, book: Book) -> None:
    """Kill the transmitter at three places, and start it again."""
    for part in (0.15, 0.45, 0.75):
        await eventually(lambda at=part: book.settled >= at * EVENTS, seconds=SECONDS)
        await cluster.end("set-transmitter", signal.SIGKILL)
        await cluster.start("set-transmitter")


async def assert_all_agree(cluster: Cluster, stream_id: str, book: Book, ids: list[str]) -> None:
    """Compare what the receiver has with the log and the dead letters of a stream."""
    total = USERS * PER_USER
    taken, refused = len(book.taken), len(book.refused)
    counts = {"pending": 0, "acknowledged": taken, "dead_letters": refused}
    await eventually(lambda: cluster.state_is(stream_id, **counts), seconds=SECONDS)
    assert taken + refused == total

    async def are_recorded() -> bool:
        listed = await dead_letters(cluster, stream_id)
        return {each["id"] for each in listed} == set(book.refused)

    await eventually(are_recorded)
    assert all(len(each) == 1 for each in book.bytes_of.values())
    clocks = book.clocks()
    assert clocks.keys() <= {f"/Users/{user_id}" for user_id in ids}
    for told in clocks.values():
        assert told == sorted(set(told))


async def dead_letters(cluster: Cluster, stream_id: str) -> list[dict[str, Any]]:
    """Read all of a stream's letters, page by page."""
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters?stream_id={stream_id}&limit=7"
    found: list[dict[str, Any]] = []
    after = ""
    while after is not None:
        _, page = await cluster.request("GET", f"{url}&after={after}" if after else url)
        found += page["dead_letters"]
        after = page["next"]
    return found


async def replay_all(cluster: Cluster, stream_id: str) -> None:
    url = f"{cluster.origin('set-transmitter')}/admin/v1/dead-letters/replay"
    left = 1
    while left:
        status, answer = await cluster.request("POST", url, json={"stream_id": stream_id})
        assert status == 200, answer
        left = answer["left"]


def last_titles(book: Book) -> dict[str, str]:
    """Return what each subject's title is after all that was taken."""
    titles: dict[str, str] = {}
    for claims in book.taken.values():
        (payload,) = claims["events"].values()
        data = payload["data"]
        title = data["Operations"][0]["value"] if "Operations" in data else data.get("title", "")
        titles[claims["sub_id"]["uri"]] = title
    return titles


async def test_a_push_stream_loses_nothing(cluster: Cluster, receiver: RandomReceiver) -> None:
    created = await cluster.stream(delivery=receiver.delivery(), signing_algorithm="ES256")
    stream_id, book = created["stream_id"], receiver.book
    killing = asyncio.create_task(kill_as_it_goes(cluster, book))

    ids = await write(cluster, "pushed")
    await killing
    await eventually(lambda: book.settled >= USERS * PER_USER, seconds=SECONDS)

    await assert_all_agree(cluster, stream_id, book, ids)
    assert book.refused
    assert book.duplicates
    receiver.calm = True
    await replay_all(cluster, stream_id)
    await eventually(lambda: cluster.state_is(stream_id, pending=0, dead_letters=0), seconds=20)
    expected = {f"/Users/{user_id}": f"title {PER_USER - 1}" for user_id in ids}
    assert last_titles(book) == expected


@dataclass
class Poller:
    """One of several that poll a stream, and at times forget, refuse, hang up or die."""

    url: str
    book: Book
    chance: random.Random
    ack: list[str] = field(default_factory=list)
    set_errs: dict[str, dict[str, str]] = field(default_factory=dict)

    async def run(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            async with aiohttp.ClientSession() as http:
                try:
                    await self._poll_for_a_while(http, is_over)
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(0.05)

    async def _poll_for_a_while(
        self, http: aiohttp.ClientSession, is_over: Callable[[], bool]
    ) -> None:
        """Poll until it dies, with all that it has not reported."""
        while not is_over():
            # hanging up in the midst, at times before there is an answer
            patience = 0.02 if self.chance.random() < 0.05 else 5.0
            await asyncio.wait_for(self._poll(http), patience)
            if self.chance.random() < 0.03:
                self.ack, self.set_errs = [], {}
                return

    async def _poll(self, http: aiohttp.ClientSession) -> None:
        ack, set_errs = list(self.ack), dict(self.set_errs)
        request = {
            "ack": ack,
            "setErrs": set_errs,
            "maxEvents": self.chance.choice([0, 1, 5, 20]),
            "returnImmediately": self.chance.random() < 0.5,
        }
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Language": "en"}
        async with http.post(self.url, json=request, headers=headers) as answer:
            if answer.status != 200:
                await asyncio.sleep(0.05)
                return
            sets = (await answer.json())["sets"]
        self.ack = [jti for jti in self.ack if jti not in ack]
        self.set_errs = {jti: err for jti, err in self.set_errs.items() if jti not in set_errs}
        for jti, jwt in sets.items():
            self._report(jti, jwt)

    def _report(self, jti: str, jwt: str) -> None:
        claims = self.book.came(jwt)
        assert claims["jti"] == jti
        drawn = self.chance.random()
        if drawn < 0.02 and self.book.refuse(claims):
            self.set_errs[jti] = {"err": "invalid_request", "description": "by the script"}
        elif not self.book.take(claims):
            self.set_errs[jti] = {"err": "invalid_request", "description": "as before"}
        elif drawn > 0.05:
            self.ack.append(jti)


async def test_three_pollers_of_a_stream_lose_nothing(cluster: Cluster) -> None:
    created = await cluster.fresh_stream()
    stream_id, url, book = created["stream_id"], created["delivery"]["endpoint_url"], Book()
    is_over = asyncio.Event()
    pollers = [
        asyncio.create_task(
            Poller(url, book, random.Random(SEED + number)).run(is_over.is_set)  # noqa: S311
        )
        for number in range(3)
    ]
    killing = asyncio.create_task(kill_as_it_goes(cluster, book))

    ids = await write(cluster, "polled")
    await killing
    await eventually(lambda: cluster.state_is(stream_id, pending=0), seconds=SECONDS)
    is_over.set()
    await asyncio.gather(*pollers)

    await assert_all_agree(cluster, stream_id, book, ids)
    assert book.refused
    assert book.duplicates
