"""A pump for each push stream there is."""

import asyncio
from dataclasses import dataclass
from typing import Final

from servicekit.following import keep_running
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import DeliveryMethod
from set_transmitter.entrypoints.pump import Pump, PushSteps
from set_transmitter.entrypoints.stream_news import StreamNews

_LOOK_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Running:
    outbox: Outbox
    task: asyncio.Task[None]


@dataclass(frozen=True, slots=True)
class PushLoop:
    """Starts and cancels pumps as streams come and go."""

    outboxes: Outboxes
    steps: PushSteps
    news: StreamNews

    async def run(self) -> None:
        """Keep the pumps running until cancelled."""
        running: dict[str, _Running] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                edition = self.news.streams.edition
                self._stop_others(running)
                self._start_missing(running, tasks)
                await self.news.streams.wait_past(edition, seconds=_LOOK_SECONDS)

    def _stop_others(self, running: dict[str, _Running]) -> None:
        for stream_id, pump in tuple(running.items()):
            if self.outboxes.get(stream_id) is not pump.outbox:
                pump.task.cancel()
                del running[stream_id]

    def _start_missing(self, running: dict[str, _Running], tasks: asyncio.TaskGroup) -> None:
        for outbox in self.outboxes:
            stream = outbox.stream
            if stream.method is DeliveryMethod.PUSH and stream.stream_id not in running:
                pump = Pump(outbox, self.steps, news=self.news.of(stream.stream_id))
                task = tasks.create_task(keep_running("push", pump.run))
                running[stream.stream_id] = _Running(outbox, task)
