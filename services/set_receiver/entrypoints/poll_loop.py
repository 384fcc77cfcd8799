"""The poll client: one loop for each stream that is polled (RFC 8936 section 2.4)."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from secevent.poll import PollRequest, PollResponse
from servicekit.following import keep_running
from servicekit.leases import Held
from servicekit.telemetry import current_traceparent
from set_receiver.domain.acceptance import Delivered, Undecided
from set_receiver.domain.polling import (
    NOTHING,
    Gone,
    Reports,
    Unreachable,
    is_idle,
    pause_after_failure,
    pause_after_gone,
    pause_when_idle,
    pause_while_undecided,
    reports,
)
from set_receiver.domain.streams import Delivery, ReceiveStream, Status
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.stream_directory import StreamDirectory
from set_receiver.ports.poll_endpoint import PollEndpoint

_LOOK_AGAIN_SECONDS = 60.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PollLoops:
    """Polls every enabled stream of the directory, and no other."""

    directory: StreamDirectory
    endpoint: PollEndpoint
    intake: Intake
    max_events: int
    jitter: Callable[[], float]

    async def __call__(self, _held: Held) -> None:
        """Run until cancelled; a loop ends, or starts anew, as soon as its stream changes.

        Under a lease, not for order's sake but so that no SET is fetched twice: what is kept twice
        is known by its jti.
        """
        running: dict[ReceiveStream, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                edition = self.directory.changed.edition
                wanted = {stream for stream in self.directory.all() if _is_polled(stream)}
                for stream in running.keys() - wanted:
                    running.pop(stream).cancel()
                for stream in wanted - running.keys():
                    running[stream] = tasks.create_task(self._keep_polling(stream))
                await self.directory.changed.wait_past(edition, seconds=_LOOK_AGAIN_SECONDS)

    async def _keep_polling(self, stream: ReceiveStream) -> None:
        loop = StreamPoll(stream, self.endpoint, self.intake, self.max_events, self.jitter)
        await keep_running(f"poll {stream.stream_id}", loop)


@dataclass(slots=True)
class StreamPoll:
    """Polls one stream: keeps what came, and acknowledges it with the next request."""

    stream: ReceiveStream
    endpoint: PollEndpoint
    intake: Intake
    max_events: int
    jitter: Callable[[], float]
    _pending: Reports = NOTHING
    _troubled: int = 0
    """Requests in a row that were in vain, for whatever reason."""
    _is_reached: bool = True

    async def __call__(self) -> None:
        """Run until cancelled."""
        while True:
            pause = await self.poll_once()
            await asyncio.sleep(pause)

    async def poll_once(self) -> float:
        """Send one request, deal with its answer, and return the seconds to wait before another."""
        reported, began = self._pending, time.monotonic()
        answer = await self.endpoint.poll(self.stream, self._request())
        match answer:
            case Unreachable(reason, _):
                self._troubled += 1
                self._note_unreachable(reason)
                return pause_after_failure(answer, attempt=self._troubled, jitter=self.jitter())
            case Gone(reason):
                self._troubled += 1
                self._note_unreachable(reason)
                return pause_after_gone(attempt=self._troubled, jitter=self.jitter())
            case PollResponse():
                self._pending = NOTHING
                self._note_reached()
                seconds = time.monotonic() - began
                return await self._take_in(answer, reported=reported, seconds=seconds)

    def _request(self) -> PollRequest:
        return PollRequest(
            max_events=self.max_events,
            return_immediately=False,
            ack=self._pending.ack,
            set_errs=self._pending.set_errs,
        )

    async def _take_in(self, response: PollResponse, *, reported: Reports, seconds: float) -> float:
        traceparent = current_traceparent()
        deliveries = [
            Delivered(compact, jti, traceparent) for jti, compact in response.sets.items()
        ]
        acceptances = await self.intake(self.stream, deliveries) if deliveries else ()
        self._pending = reports(dict(zip(response.sets, acceptances, strict=True)))
        undecided = [found for found in acceptances if isinstance(found, Undecided)]
        if undecided:
            self._troubled += 1
            return pause_while_undecided(undecided, attempt=self._troubled, jitter=self.jitter())
        if is_idle(response, reported=reported, seconds=seconds):
            self._troubled += 1
            return pause_when_idle(attempt=self._troubled, jitter=self.jitter())
        self._troubled = 0
        return 0.0

    def _note_unreachable(self, reason: str) -> None:
        self._is_reached = False
        _log.warning("poll.failed", stream_id=self.stream.stream_id, reason=reason)
        self.intake.troubles.note(self.stream.stream_id, reason)

    def _note_reached(self) -> None:
        if not self._is_reached:
            self._is_reached = True
            self.intake.troubles.clear(self.stream.stream_id)


def _is_polled(stream: ReceiveStream) -> bool:
    return stream.delivery is Delivery.POLL and stream.status is Status.ENABLED
