"""Batches of one RPC."""

import asyncio
from collections.abc import Sequence

import pytest

from scim_gateway.adapters.batches import Batches
from servicekit.failures import RemoteError, RemoteUnavailableError

PATIENCE = 8.0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Peer:
    """Answers 10 times the number, for at most so many numbers at a time."""

    def __init__(self, most: int = 64) -> None:
        self.most = most
        self.batches: list[list[int]] = []
        self.seconds: list[float] = []
        self.open = asyncio.Event()
        self.open.set()

    async def call(self, operations: Sequence[int], seconds: float) -> list[int]:
        await self.open.wait()
        self.batches.append(list(operations))
        self.seconds.append(seconds)
        if len(operations) > self.most:
            raise RemoteError("RESOURCE_EXHAUSTED", "too much")
        return [10 * operation for operation in operations]


async def test_operations_that_wait_together_travel_together() -> None:
    peer = Peer()
    batches = Batches(peer.call, patience=PATIENCE)

    results = await asyncio.gather(*map(batches, range(5)))

    assert results == [0, 10, 20, 30, 40]
    assert sorted(number for batch in peer.batches for number in batch) == [0, 1, 2, 3, 4]
    assert len(peer.batches) < 5


async def test_a_batch_that_is_too_much_is_sent_in_parts() -> None:
    peer = Peer(most=2)
    batches = Batches(peer.call, patience=PATIENCE)

    results = await asyncio.gather(*map(batches, range(9)))

    assert results == [10 * number for number in range(9)]


async def test_an_operation_that_is_too_much_by_itself_is_refused() -> None:
    with pytest.raises(RemoteError, match="RESOURCE_EXHAUSTED"):
        await Batches(Peer(most=0).call, patience=PATIENCE)(7)


async def test_an_operation_that_waited_too_long_is_not_sent() -> None:
    peer, clock = Peer(), Clock()
    peer.open.clear()
    batches = Batches(peer.call, patience=PATIENCE, clock=clock)
    # Two are in flight and held up; the third waits for a place.
    calls = [asyncio.ensure_future(batches(number)) for number in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calls.append(asyncio.ensure_future(batches(2)))
    await asyncio.sleep(0)

    clock.now += PATIENCE
    peer.open.set()
    results = await asyncio.gather(*calls, return_exceptions=True)

    assert isinstance(results[2], RemoteUnavailableError)
    assert 2 not in [number for batch in peer.batches for number in batch]


async def test_a_call_may_take_as_long_as_its_youngest_operation_will_wait() -> None:
    peer, clock = Peer(), Clock()

    await Batches(peer.call, patience=PATIENCE, clock=clock)(1)

    assert peer.seconds == [PATIENCE]
