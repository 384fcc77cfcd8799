"""Leases: who among several replicas may do what only one at a time may do."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from servicekit.cancelling import cancelled
from servicekit.failures import StorageError

_log = structlog.get_logger()


class FencedError(Exception):
    """The lease has passed to another holder: nothing more may be written under it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do something until `ends`, by the clock of the running event loop.

    `fence` grows with every new holder, so that what an older one still writes can be refused.
    """

    name: str
    holder: str
    fence: int
    ends: float

    def seconds_left(self) -> float:
        """Return for how long the lease is certain to last: no request may take longer."""
        return self.ends - asyncio.get_running_loop().time()


class Leases(Protocol):
    """Gives leases; their time is the database's."""

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Take a lease that nobody else holds, or renew one's own; None while another holds it.

        A renewed lease keeps its fence. Raises `StorageError`.
        """

    async def release(self, lease: Lease) -> None:
        """Give a lease back before its end; one that has passed to another stays theirs.

        Raises `StorageError`.
        """


@dataclass(slots=True)
class Held:
    """A lease as it was last renewed."""

    lease: Lease


def always_held(name: str) -> Held:
    """Return the lease of a process that is the only one: it needs no renewal and has no end."""
    return Held(Lease(name, holder="", fence=0, ends=math.inf))


Work = Callable[[Held], Awaitable[None]]


async def lead(leases: Leases, name: str, *, holder: str, seconds: float, work: Work) -> None:
    """Do `work`, which has no end, whenever the lease can be had; cancel it when it is lost.

    Renews at a third of the lease's time. Runs until cancelled; then the lease is given back. Work
    that ends with an exception ends this too, which `keep_running` begins anew.
    """
    while True:
        lease = await _acquired(leases, name, holder=holder, seconds=seconds)
        if lease is None:
            await asyncio.sleep(seconds / 3)
        else:
            _log.info("lease.taken", lease=name, fence=lease.fence)
            await _work_under(leases, Held(lease), seconds=seconds, work=work)


async def _work_under(leases: Leases, held: Held, *, seconds: float, work: Work) -> None:
    working = asyncio.ensure_future(work(held))
    try:
        await _renew_while(working, leases, held, seconds=seconds)
    finally:
        await cancelled([working])
        await _given_back(leases, held.lease)
    if not working.cancelled():
        working.result()


async def _renew_while(
    working: "asyncio.Future[None]", leases: Leases, held: Held, *, seconds: float
) -> None:
    """Return when the work has ended, or when the lease is lost or about to end."""
    lease = held.lease
    while True:
        await asyncio.wait([working], timeout=seconds / 3)
        if working.done():
            return
        renewed = await _acquired(leases, lease.name, holder=lease.holder, seconds=seconds)
        if renewed is not None and renewed.fence == lease.fence:
            held.lease = renewed
        elif renewed is not None or held.lease.seconds_left() < seconds / 3:
            _log.warning("lease.lost", lease=lease.name, fence=lease.fence)
            return


async def _acquired(leases: Leases, name: str, *, holder: str, seconds: float) -> Lease | None:
    try:
        async with asyncio.timeout(seconds / 3):
            return await leases.acquire(name, holder=holder, seconds=seconds)
    except (StorageError, TimeoutError):
        _log.warning("lease.unavailable", lease=name)
        return None


async def _given_back(leases: Leases, lease: Lease) -> None:
    try:
        await leases.release(lease)
    except StorageError:
        # It ends by itself.
        _log.warning("lease.not_released", lease=lease.name)
