"""Carrying a plan out: many changes at a time, those of one resource in their order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from heliograph_demo.changes import Change, Create, body_of, references
from heliograph_demo.scim_client import ScimClient
from heliograph_demo.week import Day

_AT_A_TIME = 32


class Execution:
    """One run of a plan against one cluster."""

    def __init__(
        self,
        client: ScimClient,
        *,
        before_each: Callable[[], Awaitable[None]],
        after_each: Callable[[], None],
    ) -> None:
        self._client = client
        self._before_each = before_each
        self._after_each = after_each
        self._places = asyncio.Semaphore(_AT_A_TIME)
        self._created: dict[str, asyncio.Event] = {}

    async def run(self, days: Sequence[Day], *, day_begins: Callable[[str], None]) -> None:
        """Make all changes of some days, in turn. Raises `ChangeError` for one that is refused."""
        for day in days:
            day_begins(day.name)
            for change in day.changes:
                if isinstance(change, Create):
                    self._created[change.key] = asyncio.Event()
            await self._live(day)

    async def _live(self, day: Day) -> None:
        lanes: dict[str, list[Change]] = {}
        for change in day.changes:
            lanes.setdefault(change.key, []).append(change)
        lane_tasks = [asyncio.create_task(self._lane(lane)) for lane in lanes.values()]
        try:
            await asyncio.gather(*lane_tasks)
        finally:
            for task in lane_tasks:
                task.cancel()

    async def _lane(self, changes: Sequence[Change]) -> None:
        for change in changes:
            for key in set(references(body_of(change))):
                await self._created[key].wait()
            async with self._places:
                await self._before_each()
                await self._client.make(change)
            self._after_each()
            if isinstance(change, Create):
                self._created[change.key].set()
