"""One round of the demo: two fresh clusters, a plan, and the comparison of what they hold."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

from helio.api import Api
from heliograph_demo.changes import Create, endpoint_of, resolved
from heliograph_demo.clusters import Cluster, free_port, running
from heliograph_demo.comparison import Snapshot, deviations, differences, snapshot
from heliograph_demo.execution import Execution
from heliograph_demo.following import (
    Backlog,
    Link,
    Method,
    begin_snapshot,
    follow,
    wait_until_caught_up,
)
from heliograph_demo.killing import Killer, all_services
from heliograph_demo.progress import Bar, bar
from heliograph_demo.receipts import Arrivals, arrivals
from heliograph_demo.scim_client import ScimClient
from heliograph_demo.stores import Store
from heliograph_demo.week import Plan

_LAST = Create(
    "Groups/last",
    {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "externalId": "demo-groups-last",
        "displayName": "The week is over",
    },
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a round is run."""

    kill: bool
    join: bool
    """Whether B is there only when A has been founded."""
    port: int | None
    keep: bool
    store: Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round came to."""

    method: Method
    users: int
    groups: int
    changes: int
    retries: int
    kills: int
    arrivals: Arrivals
    dead_letters: int
    seconds: float
    differences: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Say whether B holds what A holds, what was asked for, and nothing was set aside."""
        return not self.differences and not self.dead_letters


def run_round(plan: Plan, method: Method, options: Options, console: Console) -> Outcome:
    """Run a plan with B following A by `method`. What went wrong leaves its data and logs behind.

    Raises `ClusterError`, `ChangeError`, `NotFollowingError` or `ApiError` when it cannot be
    brought to its end.
    """
    folder = Path(tempfile.mkdtemp(prefix="heliograph-demo-"))
    is_good = False
    try:
        outcome = _run_in(folder, plan, method, options=options, console=console)
        is_good = outcome.is_good
        return outcome
    finally:
        if is_good and not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
            for name in ("A", "B"):
                options.store.remove(folder, name)
        else:
            console.print(f"Data and logs of A and B are in {folder}", highlight=False)


def _run_in(
    folder: Path, plan: Plan, method: Method, *, options: Options, console: Console
) -> Outcome:
    with ExitStack() as stack:
        console.print(f"Starting clusters A and B, {method}", highlight=False)
        port_a = free_port() if options.port is None else options.port
        a = stack.enter_context(_cluster("A", folder, options, port=port_a))
        port_b = free_port(above=port_a) if options.port is None else port_a + 5
        b = stack.enter_context(_cluster("B", folder, options, port=port_b))
        with bar(console) as shown:
            return asyncio.run(_Round(plan, method, options, shown).run(a, b))


def _cluster(
    name: str, folder: Path, options: Options, *, port: int
) -> AbstractContextManager[Cluster]:
    return running(
        name,
        folder / name.lower(),
        port=port,
        keep=options.keep,
        store=options.store.environment(folder, name),
    )


class _Round:
    def __init__(self, plan: Plan, method: Method, options: Options, shown: Bar) -> None:
        self._plan = plan
        self._method = method
        self._options = options
        self._bar = shown
        self._made = 0
        self._day = ""

    async def run(self, a: Cluster, b: Cluster) -> Outcome:
        async with aiohttp.ClientSession() as session:
            api_a, api_b = a.api(session), b.api(session)
            client = ScimClient(api_a)
            victims = all_services((a, api_a), (b, api_b)) if self._options.kill else []
            killer = Killer(victims, changes=self._plan.size, tell=self._bar.tell)
            began = time.monotonic()
            link = await self._make_changes(client, killer, lambda: self._connect(api_a, api_b))
            seconds = time.monotonic() - began
            await client.make(_LAST)
            backlog = await self._wait(link, client)
            held_a, held_b = await snapshot(api_a), await snapshot(api_b)
            return Outcome(
                method=self._method,
                users=_count(held_a, "/Users"),
                groups=_count(held_a, "/Groups"),
                changes=self._plan.size + 1,
                retries=client.retries,
                kills=killer.kills,
                arrivals=await arrivals(api_b),
                dead_letters=backlog.dead,
                seconds=seconds,
                differences=(*self._unmeant(client, held_a), *differences(held_a, held_b)),
            )

    async def _make_changes(
        self, client: ScimClient, killer: Killer, connect: Callable[[], Awaitable[Link]]
    ) -> Link:
        """Make all changes; B is connected before the first, or after the founding."""
        execution = Execution(client, before_each=killer.before_change, after_each=self._one_more)
        days_alone = 1 if self._options.join else 0
        await execution.run(self._plan.days[:days_alone], day_begins=self._day_begins)
        await killer.wait_for_restart()
        link = await connect()
        await execution.run(self._plan.days[days_alone:], day_begins=self._day_begins)
        await killer.wait_for_restart()
        return link

    async def _connect(self, api_a: Api, api_b: Api) -> Link:
        link = await follow(api_a, api_b, self._method)
        if self._options.join:
            await begin_snapshot(link)
            self._bar.tell(f"B joins A, which has made {self._made:,} changes without it")
        return link

    def _day_begins(self, name: str) -> None:
        self._day = name

    def _one_more(self) -> None:
        self._made += 1
        self._bar.at(self._made, total=self._plan.size, what=self._day)

    async def _wait(self, link: Link, client: ScimClient) -> Backlog:
        follower = ScimClient(link.receiver)

        async def has_the_last_change() -> bool:
            return await follower.exists(_LAST.key, client.ids[_LAST.key])

        def tell(now: Backlog) -> None:
            total = now.settled + now.to_apply + now.to_send
            self._bar.at(now.settled, total=total, what="B catches up")

        return await wait_until_caught_up(link, has_the_last_change, tell=tell)

    def _unmeant(self, client: ScimClient, held: Snapshot) -> list[str]:
        """Return where A does not hold what it was asked to."""
        expected = {
            f"{endpoint_of(key)}/{client.ids[key]}": resolved(attributes, client.ids)
            for key, attributes in {**self._plan.resources, _LAST.key: _LAST.attributes}.items()
        }
        return [
            *(f"{path}: was deleted, and A has it" for path in sorted(held.keys() - expected)),
            *(
                f"{path}: {deviation}"
                for path, meant in expected.items()
                for deviation in deviations(meant, held.get(path))
            ),
        ]


def _count(held: Mapping[str, Any], endpoint: str) -> int:
    return sum(path.startswith(f"{endpoint}/") for path in held)
