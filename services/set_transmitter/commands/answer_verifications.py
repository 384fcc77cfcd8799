"""Answering requests for verification events (SSF 1.0 section 8.1.4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.stream_events import VerificationRequest, verification_event
from set_transmitter.ports.event_log import EventLog
from set_transmitter.ports.stream_events import StreamEvents


@dataclass(frozen=True, slots=True)
class AnswerVerifications:
    """Logs one event for each request in the registrar's journal."""

    log: EventLog
    stream_events: StreamEvents
    outboxes: Outboxes
    growth: Growth
    closed: ClosedTenants

    async def begin(self) -> tuple[set[str], str]:
        """Return the streams for which the log has had more, and the cursor to go on from.

        It is empty for the journal's beginning.
        """
        async with self.growth.growing():
            behind = self.outboxes.reach(await self.log.end())
        return behind, await self.stream_events.journal_cursor()

    async def begin_anew(self, journal_cursor: str) -> None:
        """Pass over what a journal has up to a cursor: it is another one than before."""
        await self.stream_events.answer([], journal_cursor=journal_cursor)

    async def __call__(
        self, requests: Sequence[VerificationRequest], *, journal_cursor: str
    ) -> set[str]:
        """Return the streams that have something new, once it is durable."""
        async with self.growth.growing():
            answers = [
                (request.stream_id, verification_event(request))
                for request in requests
                if request.tenant not in self.closed
            ]
            logged = await self.stream_events.answer(answers, journal_cursor=journal_cursor)
            return self.outboxes.share_out(logged)
