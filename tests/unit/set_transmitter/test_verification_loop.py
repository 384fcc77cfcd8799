"""How requests in the registrar's journal are followed."""

import asyncio
from collections.abc import Sequence

from support.memory_event_log import MemoryStreamEvents
from support.transmitter_events import a_request, a_stream
from support.transmitter_in_memory import a_transmitter

from servicekit.failures import CursorLostError
from set_transmitter.commands.answer_verifications import AnswerVerifications
from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.stream_events import VerificationRequest
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.entrypoints.verification_loop import VerificationLoop


class Journal:
    """A journal of one epoch; of cursors of another it knows nothing."""

    def __init__(self, epoch: str, *requests: VerificationRequest) -> None:
        self.epoch, self.requests = epoch, list(requests)
        self.read_to_the_end = asyncio.Event()

    async def read(self, cursor: str) -> tuple[Sequence[VerificationRequest], str]:
        epoch, _, position = (cursor or f"{self.epoch}.0").partition(".")
        if epoch != self.epoch:
            raise CursorLostError("EPOCH_CHANGED")
        found = self.requests[int(position) :]
        if not found:
            self.read_to_the_end.set()
            await asyncio.Event().wait()
        return found, await self.end()

    async def end(self) -> str:
        return f"{self.epoch}.{len(self.requests)}"


async def follow(journal: Journal, answer: AnswerVerifications) -> None:
    """Follow a journal to its end, as a process does until it is killed."""
    loop = VerificationLoop(journal.read, journal.end, answer, StreamNews())
    running = asyncio.create_task(loop.run())
    await asyncio.wait_for(journal.read_to_the_end.wait(), 10)
    running.cancel()
    await asyncio.wait([running])


async def test_each_request_is_answered_once_over_a_restart_and_none_of_a_restored_journal() -> (
    None
):
    transmitter = a_transmitter()
    await transmitter.configure(a_stream())
    stream_events = MemoryStreamEvents(transmitter.log)
    answer = AnswerVerifications(
        transmitter.log, stream_events, transmitter.outboxes, Growth(), ClosedTenants()
    )

    await follow(Journal("a", a_request(txn="1")), answer)
    await follow(Journal("a", a_request(txn="1"), a_request(txn="2")), answer)
    await follow(Journal("b", a_request(txn="1")), answer)
    await follow(Journal("b", a_request(txn="1"), a_request(txn="3")), answer)

    assert [logged.event.txn for logged in transmitter.log.events] == ["1", "2", "3"]


async def test_nothing_is_answered_for_a_tenant_that_is_closed() -> None:
    transmitter, closed = a_transmitter(), ClosedTenants()
    closed.close({"default"})
    stream_events = MemoryStreamEvents(transmitter.log)
    answer = AnswerVerifications(
        transmitter.log, stream_events, transmitter.outboxes, Growth(), closed
    )

    await answer([a_request()], journal_cursor="7")

    assert (transmitter.log.events, transmitter.log.journal_cursor) == ([], "7")
