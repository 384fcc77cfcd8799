"""Ending tasks for certain."""

import asyncio

from servicekit.cancelling import cancelled


async def test_a_task_that_lost_a_cancellation_is_cancelled_again() -> None:
    lost = asyncio.Event()

    async def loses_the_first() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(loses_the_first())
    await asyncio.sleep(0)

    await asyncio.wait_for(cancelled([task], patience=0.01), 20)

    assert (lost.is_set(), task.cancelled()) == (True, True)


async def test_tasks_that_have_ended_are_no_trouble() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task

    await asyncio.wait_for(cancelled([task]), 20)
    await asyncio.wait_for(cancelled([]), 20)

    assert not task.cancelled()
