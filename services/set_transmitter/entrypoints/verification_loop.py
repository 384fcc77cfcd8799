"""Following the registrar's journal for requests of verification events."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from servicekit.failures import CursorLostError
from servicekit.following import follow
from set_transmitter.commands.answer_verifications import AnswerVerifications
from set_transmitter.domain.stream_events import VerificationRequest
from set_transmitter.entrypoints.stream_news import StreamNews

ReadRequests = Callable[[str], Awaitable[tuple[Sequence[VerificationRequest], str]]]

_log = structlog.get_logger()


@dataclass(slots=True)
class VerificationLoop:
    """Answers each request once: how far it is, is stored with what it answered.

    A registrar that was restored has another journal. What that has up to now is passed over, as it
    was answered before, or is asked for again.
    """

    read_requests: ReadRequests
    end_of_journal: Callable[[], Awaitable[str]]
    answer: AnswerVerifications
    news: StreamNews
    _lost: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        await follow("verifications", start=self._start, read=self._read, handle=self._handle)

    async def _start(self) -> str:
        if self._lost:
            await self.answer.begin_anew(await self.end_of_journal())
            self._lost = False
            _log.warning("verifications.passed_over")
        behind, cursor = await self.answer.begin()
        self.news.publish(behind)
        return cursor

    async def _read(self, cursor: str) -> tuple[Sequence[VerificationRequest], str]:
        try:
            return await self.read_requests(cursor)
        except CursorLostError:
            self._lost = True
            raise

    async def _handle(self, requests: Sequence[VerificationRequest], cursor: str) -> None:
        told = await self.answer(requests, journal_cursor=cursor)
        self.news.log.publish()
        self.news.publish(told)
