"""Two ways of doing one thing, measured in turn in one process."""

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


async def compare(
    name: str,
    *,
    ours: Callable[[], Awaitable[int]],
    reference: Callable[[], Awaitable[int]],
    target: str,
) -> Row:
    """Run both in turn, `ROUNDS` times after a warm-up, and return the medians.

    Each callable does some operations and returns how many.
    """
    await ours()
    await reference()
    measured: list[tuple[float, float]] = [
        (await _per_cpu_second(ours), await _per_cpu_second(reference)) for _ in range(ROUNDS)
    ]
    return Row(
        name,
        statistics.median(first for first, _ in measured),
        statistics.median(second for _, second in measured),
        target,
    )


async def _per_cpu_second(operations: Callable[[], Awaitable[int]]) -> float:
    began = time.process_time()
    count = await operations()
    return count / (time.process_time() - began)
