"""Two ways of doing one thing, measured in turn."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """What came out: operations per CPU-second of both ways, and the ratio that is promised."""

    name: str
    ours: float
    reference: float
    target: str
    note: str = ""
    """What else is to be known."""

    @property
    def ratio(self) -> float:
        """Return ours as a share of the reference."""
        return self.ours / self.reference


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out of something that has no reference, in words, and what it should be."""

    name: str
    value: str
    aim: str
    note: str = ""
    """What else is to be known."""


Result = Row | Figure


async def _nothing() -> None:
    """Make nothing ready."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two: `run` does some operations and returns how many.

    `cpu_seconds` tells what CPU time has been taken so far, if not all of it by this process. What
    `prepare` takes, before each run, is not counted.
    """

    run: Callable[[], Awaitable[int]]
    cpu_seconds: Callable[[], float] = time.process_time
    prepare: Callable[[], Awaitable[None]] = _nothing


async def compare(name: str, *, ours: Way, reference: Way, target: str, note: str = "") -> Row:
    """Run both in turn, `ROUNDS` times after a warm-up, and return the medians."""
    await per_cpu_second(ours)
    await per_cpu_second(reference)
    measured: list[tuple[float, float]] = [
        (await per_cpu_second(ours), await per_cpu_second(reference)) for _ in range(ROUNDS)
    ]
    return Row(
        name,
        statistics.median(first for first, _ in measured),
        statistics.median(second for _, second in measured),
        target,
        note,
    )


async def per_cpu_second(way: Way) -> float:
    """Run once, and return the operations per CPU-second."""
    await way.prepare()
    began = way.cpu_seconds()
    count = await way.run()
    return count / (way.cpu_seconds() - began)
