"""Batches of what waits at one moment."""

import asyncio
from collections.abc import Sequence

import pytest

from servicekit.coalescing import Coalescer


class Recorder:
    """A peer that notes each batch, and answers when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()

    async def send(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.open.wait()
        return [item * 10 for item in items]


async def test_a_lone_item_goes_at_once() -> None:
    peer = Recorder()
    peer.open.set()

    result = await Coalescer(peer.send)(7)

    assert result == 70
    assert peer.batches == [[7]]


async def test_what_waits_while_all_places_are_taken_travels_together() -> None:
    peer = Recorder()
    coalescer = Coalescer(peer.send, in_flight=1)

    calls = [asyncio.create_task(coalescer(number)) for number in range(5)]
    await asyncio.sleep(0)
    peer.open.set()
    results = await asyncio.gather(*calls)

    assert results == [0, 10, 20, 30, 40]
    assert [sorted(batch) for batch in peer.batches] in ([[0, 1, 2, 3, 4]], [[0], [1, 2, 3, 4]])


async def test_no_batch_is_larger_than_allowed() -> None:
    peer = Recorder()
    coalescer = Coalescer(peer.send, in_flight=1, max_batch=2)

    calls = [asyncio.create_task(coalescer(number)) for number in range(7)]
    await asyncio.sleep(0)
    peer.open.set()
    await asyncio.gather(*calls)

    assert max(len(batch) for batch in peer.batches) == 2


async def test_a_failed_batch_fails_each_of_its_items_and_no_later_one() -> None:
    failures = [OSError("away")]

    async def send(items: Sequence[int]) -> list[int]:
        if failures:
            raise failures.pop()
        return list(items)

    coalescer = Coalescer(send, in_flight=1)

    with pytest.raises(OSError, match="away"):
        await coalescer(1)

    assert await coalescer(2) == 2


async def test_a_caller_that_gave_up_harms_no_other() -> None:
    peer = Recorder()
    coalescer = Coalescer(peer.send, in_flight=1)
    impatient = asyncio.create_task(coalescer(1))
    patient = asyncio.create_task(coalescer(2))
    await asyncio.sleep(0)

    impatient.cancel()
    peer.open.set()

    assert await patient == 20
