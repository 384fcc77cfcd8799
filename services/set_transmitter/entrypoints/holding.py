"""Holding a stream, and telling of it."""

import time
from dataclasses import dataclass

import structlog

from servicekit.failures import StorageError
from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.commands.hold_stream import HoldStream
from set_transmitter.domain.outbox import Outbox
from set_transmitter.entrypoints.stream_news import StreamNews

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Holding:
    """Has a stream paused whose pushes nobody takes."""

    hold_stream: HoldStream
    news: StreamNews

    async def hold(self, outbox: Outbox, *, reason: str) -> bool:
        """Tell whether that was announced; if not, it is to be tried again."""
        stream_id = outbox.stream.stream_id
        try:
            told = await self.hold_stream(outbox, reason=reason, now=time.time_ns() // 1000)
        except (StorageError, UnknownStreamError) as error:
            _log.warning("stream.not_held", stream_id=stream_id, reason=str(error))
            return False
        _log.error("stream.held", stream_id=stream_id, reason=reason)
        self.news.log.publish()
        self.news.publish(told)
        return True
