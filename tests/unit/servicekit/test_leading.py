"""Doing something for as long as a lease is held."""

import asyncio
from dataclasses import dataclass, field

import pytest
from support.eventually import eventually

from servicekit.failures import StorageError
from servicekit.leases import Held, Lease, lead

SECONDS = 0.3


@dataclass
class ScriptedLeases:
    """Implements `Leases`: free or not, and away or not, as a test says."""

    fence: int = 1
    is_free: bool = True
    is_away: bool = False
    given: int = 0
    released: list[Lease] = field(default_factory=list)

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        if self.is_away:
            raise StorageError("away")
        if not self.is_free:
            return None
        self.given += 1
        ends = asyncio.get_running_loop().time() + seconds
        return Lease(name, holder, self.fence, ends)

    async def release(self, lease: Lease) -> None:
        self.released.append(lease)


@dataclass
class Work:
    """Work without an end, of which one sees whether it is done just now."""

    is_running: bool = False
    runs: int = 0
    held: Held | None = None

    async def __call__(self, held: Held) -> None:
        self.held = held
        self.runs += 1
        self.is_running = True
        try:
            await asyncio.Event().wait()
        finally:
            self.is_running = False


@pytest.fixture
def leases() -> ScriptedLeases:
    return ScriptedLeases()


@pytest.fixture
def work() -> Work:
    return Work()


def leading(leases: ScriptedLeases, work: Work) -> "asyncio.Task[None]":
    return asyncio.create_task(lead(leases, "feed", holder="a", seconds=SECONDS, work=work))


async def stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_work_begins_when_the_lease_can_be_had(leases: ScriptedLeases, work: Work) -> None:
    leases.is_free = False
    task = leading(leases, work)
    await asyncio.sleep(0)
    assert work.runs == 0

    leases.is_free = True

    await eventually(lambda: work.is_running)
    await stopped(task)


async def test_a_lease_is_renewed_while_work_goes_on(leases: ScriptedLeases, work: Work) -> None:
    task = leading(leases, work)

    await eventually(lambda: leases.given >= 4)

    assert work.is_running
    assert work.runs == 1
    assert work.held is not None
    assert work.held.lease.seconds_left() > 0
    await stopped(task)


async def test_work_ends_when_another_has_the_lease(leases: ScriptedLeases, work: Work) -> None:
    task = leading(leases, work)
    await eventually(lambda: work.is_running)

    leases.fence, leases.is_free = 2, False

    await eventually(lambda: not work.is_running)
    assert work.held is not None
    await stopped(task)


async def test_work_begins_anew_under_a_new_fence(leases: ScriptedLeases, work: Work) -> None:
    task = leading(leases, work)
    await eventually(lambda: work.is_running)

    leases.fence = 2

    await eventually(lambda: work.runs == 2)
    assert work.held is not None
    assert work.held.lease.fence == 2
    await stopped(task)


async def test_work_ends_before_a_lease_that_cannot_be_renewed(
    leases: ScriptedLeases, work: Work
) -> None:
    task = leading(leases, work)
    await eventually(lambda: work.is_running)

    leases.is_away = True

    await eventually(lambda: not work.is_running)
    assert work.held is not None
    assert work.held.lease.seconds_left() > 0
    await stopped(task)


async def test_a_lease_is_given_back_at_the_end(leases: ScriptedLeases, work: Work) -> None:
    task = leading(leases, work)
    await eventually(lambda: work.is_running)

    await stopped(task)

    assert not work.is_running
    assert [lease.fence for lease in leases.released] == [1]


async def test_work_that_fails_fails_the_loop_and_gives_the_lease_back(
    leases: ScriptedLeases,
) -> None:
    async def fail(_held: Held) -> None:
        raise LookupError("a defect")

    with pytest.raises(LookupError):
        await lead(leases, "feed", holder="a", seconds=SECONDS, work=fail)

    assert len(leases.released) == 1
