"""Three batches on their way at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from helio.migration.client import ProviderError
from helio.migration.journal import Row, State
from helio.migration.keys import Key
from helio.migration.sending import Entry, Operation
from helio.migration.side_by_side import send_side_by_side


def batch(number: int, key: str | None = None) -> list[Entry]:
    known = None if key is None else Key("externalId", key, case_exact=False, is_strong=True)
    row = Row("User", str(number), number, State.NEW, key=known)
    return [(Operation("POST", "/Users", {}), row)]


@dataclass
class Target:
    """Answers a batch when it is told to; a number of `failing` is refused."""

    failing: frozenset[int] = frozenset()
    under_way: dict[int, asyncio.Event] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)

    async def send(self, entries: Sequence[Entry]) -> None:
        number = entries[0][1].line
        self.under_way[number] = asyncio.Event()
        try:
            await self.under_way[number].wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            del self.under_way[number]
        self.answered.append(number)
        if number in self.failing:
            raise ProviderError(f"batch {number} is refused")

    async def answer(self, number: int) -> None:
        self.under_way[number].set()
        await settled()


async def settled() -> None:
    """Let everything go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_three_are_under_way_and_a_fourth_when_one_is_answered() -> None:
    target = Target()
    sending = asyncio.create_task(send_side_by_side(map(batch, range(5)), target.send))
    await settled()
    first = list(target.under_way)
    await target.answer(1)
    second = list(target.under_way)
    for number in (0, 2, 3, 4):
        await target.answer(number)
    await sending

    assert (first, second) == ([0, 1, 2], [0, 2, 3])
    assert target.answered == [1, 0, 2, 3, 4]


async def test_batches_of_one_key_follow_each_other() -> None:
    target = Target()
    batches = [batch(0, "a"), batch(1, "A"), batch(2, "b")]
    sending = asyncio.create_task(send_side_by_side(batches, target.send))
    await settled()
    first = list(target.under_way)
    await target.answer(0)
    second = list(target.under_way)
    for number in (1, 2):
        await target.answer(number)
    await sending

    assert (first, second) == ([0], [1, 2])


async def test_a_failure_is_told_when_the_other_has_its_answer_and_nothing_more_is_sent() -> None:
    target = Target(failing=frozenset({0}))
    sending = asyncio.create_task(send_side_by_side(map(batch, range(4)), target.send))
    await settled()
    await target.answer(0)
    is_waiting = not sending.done()
    await target.answer(1)

    with pytest.raises(ProviderError, match="batch 0 is refused"):
        await sending
    assert is_waiting
    assert target.answered == [0, 1]


async def test_who_ends_it_ends_what_is_under_way() -> None:
    target = Target()
    sending = asyncio.create_task(send_side_by_side(map(batch, range(4)), target.send))
    await settled()
    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert sorted(target.cancelled) == [0, 1]
