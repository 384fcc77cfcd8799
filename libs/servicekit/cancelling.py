"""Ending tasks for certain."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

_PATIENCE_SECONDS: Final = 2.0


async def cancelled(
    tasks: Collection["asyncio.Future[Any]"], *, patience: float = _PATIENCE_SECONDS
) -> None:
    """Cancel tasks and wait until they have ended.

    One that goes on is cancelled again: on Python 3.11 `asyncio.wait_for`, through which pymongo
    sends every command, loses a cancellation that comes just when what it waits for is done.
    """
    going_on = set(tasks)
    while going_on:
        for task in going_on:
            task.cancel()
        _, going_on = await asyncio.wait(going_on, timeout=patience)
