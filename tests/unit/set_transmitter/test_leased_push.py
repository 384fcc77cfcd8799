"""A push lasts no longer than the lease, as that is renewed meanwhile."""

import asyncio
from dataclasses import dataclass, field

from support.transmitter_events import a_stream, pending

from secevent.push import Accepted, Outcome, Unreachable
from servicekit.leases import Held, Lease, always_held
from set_transmitter.adapters.leased_push import LeasedPush
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream

STREAM = a_stream()


@dataclass
class HeldUpPush:
    """Answers when its door is open."""

    door: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        assert (stream, pending.position) == (STREAM, 1)
        self.begun.set()
        try:
            await self.door.wait()
        finally:
            self.ended.set()
        return Accepted()


def held(*, seconds: float) -> Held:
    return Held(_lease(seconds))


def _lease(seconds: float) -> Lease:
    ends = asyncio.get_running_loop().time() + seconds
    return Lease("transmitter", holder="a", fence=1, ends=ends)


async def test_a_push_is_sent_under_a_lease() -> None:
    push = HeldUpPush()
    push.door.set()

    assert await LeasedPush(push, held(seconds=60)).send(STREAM, pending(1)) == Accepted()


async def test_no_push_begins_after_the_lease() -> None:
    push = HeldUpPush()

    outcome = await LeasedPush(push, held(seconds=0)).send(STREAM, pending(1))

    assert isinstance(outcome, Unreachable)
    assert not push.begun.is_set()


async def test_a_push_under_way_ends_with_the_lease() -> None:
    push = HeldUpPush()

    outcome = await LeasedPush(push, held(seconds=0.05)).send(STREAM, pending(1))

    assert isinstance(outcome, Unreachable)
    await push.ended.wait()


async def test_a_push_goes_on_when_the_lease_is_renewed() -> None:
    push, lease = HeldUpPush(), held(seconds=0.05)
    first_ends = lease.lease.ends
    sending = asyncio.create_task(LeasedPush(push, lease).send(STREAM, pending(1)))
    await push.begun.wait()
    lease.lease = _lease(60)
    loop = asyncio.get_running_loop()
    passed = asyncio.Event()
    loop.call_at(first_ends + 0.01, passed.set)
    await passed.wait()

    push.door.set()

    assert await sending == Accepted()


async def test_a_push_of_the_only_process_lasts_as_long_as_it_takes() -> None:
    push = HeldUpPush()
    sending = asyncio.create_task(LeasedPush(push, always_held("a")).send(STREAM, pending(1)))
    await push.begun.wait()

    push.door.set()

    assert await sending == Accepted()
