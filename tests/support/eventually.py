"""Waiting for a condition, with a deadline."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(condition: Callable[[], Awaitable[Any] | Any], *, seconds: float = 20) -> Any:
    """Return what the condition gives as soon as it is true; fail when it is not in time."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)
