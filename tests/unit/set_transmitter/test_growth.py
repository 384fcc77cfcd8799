"""Streams join the log together, and never while it grows."""

import asyncio
from contextlib import AbstractAsyncContextManager

from set_transmitter.commands.growth import Growth


async def inside(section: AbstractAsyncContextManager[None], entered: asyncio.Event) -> None:
    async with section:
        entered.set()
        await asyncio.Event().wait()


async def settled() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_streams_join_side_by_side() -> None:
    growth = Growth()
    entered = [asyncio.Event(), asyncio.Event()]

    tasks = [asyncio.create_task(inside(growth.joining(), each)) for each in entered]
    await settled()

    assert [each.is_set() for each in entered] == [True, True]
    await end(*tasks)


async def test_the_log_grows_when_nobody_joins_any_more() -> None:
    growth, joined, grew, late = Growth(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    joining = asyncio.create_task(inside(growth.joining(), joined))
    await settled()
    growing = asyncio.create_task(inside(growth.growing(), grew))
    await settled()
    later = asyncio.create_task(inside(growth.joining(), late))
    await settled()
    assert (joined.is_set(), grew.is_set(), late.is_set()) == (True, False, False)

    await end(joining)
    assert (grew.is_set(), late.is_set()) == (True, False)

    await end(growing)
    assert late.is_set()
    await end(later)


async def end(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await settled()
