"""Many senders of one stream of work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def send_all(
    items: Iterable[T], send: Callable[[T], Awaitable[object]], *, senders: int
) -> int:
    """Send each item once, so many of them at a time; return how many there were."""
    remaining = iter(items)
    count = 0

    async def sender() -> None:
        nonlocal count
        for item in remaining:
            await send(item)
            count += 1

    # Not a task group: the failure itself is to be told, not a group of one.
    await asyncio.gather(*[sender() for _ in range(senders)])
    return count
