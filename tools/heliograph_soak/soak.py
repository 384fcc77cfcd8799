"""One soak of two clusters on one store, and what came of it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from helio.api import Api
from heliograph_demo.clusters import Cluster
from heliograph_demo.comparison import differences, snapshot
from heliograph_demo.following import Link, backlog, follow
from heliograph_demo.killing import all_services
from heliograph_soak import verdict
from heliograph_soak.killing import RandomKiller
from heliograph_soak.ledger import Ledger
from heliograph_soak.load import RefusedError, Worker
from heliograph_soak.recording import (
    Recorder,
    keep_polling,
    poll_stream,
    push_stream,
    pushed_to,
    recorder,
)
from heliograph_soak.tellings import Tellings

_PAUSE_SECONDS = 0.05
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 180.0


class NotSettledError(Exception):
    """After the last kill, something never arrived."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a soak is made."""

    kills: int
    seed: int
    clients: int
    """How many people change people at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise: how it was looked at, what broke it."""

    promise: str
    evidence: str
    broken: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """What a soak came to."""

    kills: Mapping[str, int]
    clients: int
    seconds: float
    changes: int
    retries: int
    told: Mapping[str, int]
    repeated: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        return not any(finding.broken for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """Who was told what: by push and by poll of A's changes, and of B's own changes."""

    pushed: Recorder
    polled: Recorder
    applied: Recorder


async def soak(a: Cluster, b: Cluster, options: Options, *, tell: Callable[[str], None]) -> Result:
    """Let B follow A, and kill services of both while people change at A."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        api_a, api_b = a.api(session), b.api(session)
        link = await follow(api_a, api_b, "push")
        witnesses = _Witnesses(
            await recorder(api_a, "the receiver by push"),
            await recorder(api_a, "the receiver by poll"),
            await recorder(api_b, "the witness of B"),
        )
        async with pushed_to({"a": witnesses.pushed, "b": witnesses.applied}) as url:
            await push_stream(api_a, f"{url}/a")
            await push_stream(api_b, f"{url}/b")
            polling = asyncio.create_task(
                keep_polling(api_a, await poll_stream(api_a), witnesses.polled)
            )
            killer = RandomKiller(all_services((a, api_a), (b, api_b)), seed=options.seed)
            run = _Run(link, witnesses, killer, Ledger(), tell)
            try:
                return await run.result(options)
            finally:
                polling.cancel()


class _Run:
    def __init__(
        self,
        link: Link,
        witnesses: _Witnesses,
        killer: RandomKiller,
        ledger: Ledger,
        tell: Callable[[str], None],
    ) -> None:
        self._link = link
        self._witnesses = witnesses
        self._killer = killer
        self._ledger = ledger
        self._tell = tell
        self._done = 0

    async def result(self, options: Options) -> Result:
        began = time.monotonic()
        retries = await self._work_and_kill(options)
        seconds = time.monotonic() - began
        await self._killer.wait_until_all_are_back()
        await self._settle()
        tellings = self._tellings()
        return Result(
            kills=dict(self._killer.kills),
            clients=options.clients,
            seconds=seconds,
            changes=self._ledger.changes,
            retries=retries,
            told={each.name: len(each) for each in tellings},
            repeated=sum(each.repeated for each in tellings),
            findings=await self._findings(),
        )

    async def _work_and_kill(self, options: Options) -> int:
        """Kill while the workers work; return how often they tried again. Raises `RefusedError`."""
        stopping = asyncio.Event()
        workers = [
            Worker(self._link.sender, self._ledger, f"soak-{number}", _PAUSE_SECONDS)
            for number in range(options.clients)
        ]
        try:
            async with asyncio.TaskGroup() as tasks:
                for worker in workers:
                    tasks.create_task(worker.run(stopping, self._one_more))
                await self._killer.kill(options.kills, self._killed)
                stopping.set()
        except ExceptionGroup as group:
            refused = group.subgroup(RefusedError)
            if refused is None:
                raise
            raise refused.exceptions[0] from group
        return sum(worker.retries for worker in workers)

    def _one_more(self) -> None:
        self._done += 1

    def _killed(self, victim: str) -> None:
        self._tell(f"SIGKILL {self._killer.kills.total()}: {victim}; {self._done:,} changes so far")

    def _tellings(self) -> tuple[Tellings, ...]:
        witnesses = self._witnesses
        return tuple(
            each.tellings for each in (witnesses.pushed, witnesses.polled, witnesses.applied)
        )

    async def _settle(self) -> None:
        """Wait until nothing is under way any more. Raises `NotSettledError`."""
        latest: object = None
        moved = time.monotonic()
        while True:
            waiting = await backlog(self._link)
            if waiting.to_send == waiting.to_apply == 0 and self._everybody_knows_the_last():
                return
            now = waiting, *map(len, self._tellings())
            if now != latest:
                latest, moved = now, time.monotonic()
            if time.monotonic() - moved > _PATIENCE_SECONDS:
                raise NotSettledError(f"no progress for {_PATIENCE_SECONDS:.0f} s: {now}")
            await asyncio.sleep(_LOOK_SECONDS)

    def _everybody_knows_the_last(self) -> bool:
        """Whether each witness was told of each person's last change; of B's, as many as of A's."""
        pushed, polled, applied = self._tellings()
        for uri, account in self._ledger.accounts.items():
            for tellings in (pushed, polled):
                last = tellings.last(uri)
                if last is None:
                    return False
                if not (
                    last.is_delete if account.is_deleted else last.after == account.versions[-1]
                ):
                    return False
            if len(applied.of_subject.get(uri, ())) < len(pushed.of_subject[uri]):
                return False
        return True

    async def _findings(self) -> list[Finding]:
        pushed, polled, applied = self._tellings()
        return [
            await self._held(),
            await self._replicated(),
            Finding(
                "no acknowledged change, and no SET of one, is lost",
                "every version that a client was told of was told by push and by poll",
                (*verdict.lost(self._ledger, pushed), *verdict.lost(self._ledger, polled)),
            ),
            Finding(
                "the SETs of each resource arrive in order",
                "each SET's version_before is the version of the SET before it, at A and at B",
                tuple(
                    line for each in (pushed, polled, applied) for line in verdict.inversions(each)
                ),
            ),
            Finding(
                "nothing is applied twice",
                "B tells of each transaction of each resource once in its own events",
                tuple(verdict.applied_twice(applied)),
            ),
            await self._receipts(),
        ]

    async def _held(self) -> Finding:
        held = await snapshot(self._link.sender)
        accounts = {u: a for u, a in self._ledger.accounts.items() if not a.is_deleted}
        wrong = [
            f"{uri}: A holds {held.get(uri, {}).get('title')}, {account.title} was acknowledged"
            for uri, account in accounts.items()
            if held.get(uri, {}).get("title") != account.title
        ]
        wrong += [f"{uri}: A holds what was deleted" for uri in held.keys() - accounts.keys()]
        return Finding(
            "A holds what was acknowledged",
            "every person is read and held against the clients' ledger",
            tuple(wrong),
        )

    async def _replicated(self) -> Finding:
        held = await snapshot(self._link.sender), await snapshot(self._link.receiver)
        return Finding("B holds what A holds", "attribute by attribute", tuple(differences(*held)))

    async def _receipts(self) -> Finding:
        sent = await _stream(
            self._link.sender, "set-transmitter", "streams", self._link.sent_stream
        )
        received = await _stream(
            self._link.receiver, "set-receiver", "receive-streams", self._link.received_stream
        )
        settled = sum(
            received[state] for state in ("applied", "without_effect", "ignored", "routed")
        )
        wrong = [
            f"{where}: {stream[name]} dead letters"
            for where, stream, name in (("A", sent, "dead_letters"), ("B", received, "dead"))
            if stream[name]
        ]
        if settled != sent["acknowledged"]:
            wrong.append(f"A has {sent['acknowledged']} acknowledgements, B {settled} receipts")
        return Finding(
            "no acknowledged SET is lost",
            f"B has a settled receipt for each of the {sent['acknowledged']:,} SETs that it"
            " acknowledged to A; there are no dead letters",
            tuple(wrong),
        )


async def _stream(api: Api, service: str, path: str, stream_id: str) -> Mapping[str, Any]:
    listed = await api.call("GET", api.url(service, f"/admin/v1/{path}"))
    return next(row for row in listed["streams"] if row["stream_id"] == stream_id)
