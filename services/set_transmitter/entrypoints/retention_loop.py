"""Keeping the log within its limits, beside the traffic."""

import asyncio
import time
from collections import Counter as Totals
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import Counter

from set_transmitter.commands.remove_old_events import RemoveOldEvents
from set_transmitter.commands.tell_losses import TellLosses
from set_transmitter.domain.retention import Dropped
from set_transmitter.entrypoints.stream_news import StreamNews

_LOOK_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.05

removed_events: Final = Counter(
    "heliograph_log_removed_events", "Events that retention removed from the log."
)
dropped_events: Final = Counter(
    "heliograph_stream_dropped_events",
    "Events that a hard limit of retention took before a stream had settled them.",
    ["stream_id"],
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RetentionLoop:
    """Removes in small steps, and tells of each stream that loses something by it."""

    remove_old_events: RemoveOldEvents
    tell_losses: TellLosses
    news: StreamNews

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            await self._sweep()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _sweep(self) -> None:
        events = 0
        losses = Totals[str]()
        while (step := await self.remove_old_events(now=time.time_ns() // 1000)).is_any:
            events += step.events
            removed_events.inc(step.events)
            for dropped in step.dropped:
                self._note(dropped)
                losses[dropped.stream_id] += dropped.events
            await asyncio.sleep(_PAUSE_SECONDS)
        if events:
            _log.info("log.removed", events=events)
        if losses:
            self.news.publish(await self.tell_losses(losses, now=time.time_ns() // 1000))

    def _note(self, dropped: Dropped) -> None:
        dropped_events.labels(dropped.stream_id).inc(dropped.events)
        _log.warning(
            "stream.events_dropped",
            tenant=dropped.tenant,
            stream_id=dropped.stream_id,
            events=dropped.events,
        )
        self.news.publish([dropped.stream_id])
