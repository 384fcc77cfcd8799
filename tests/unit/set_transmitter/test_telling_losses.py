"""Receivers learn that they will not be told everything (SSF 1.0 section 8.1.5)."""

import orjson
from support.memory_event_log import MemoryStreamEvents
from support.transmitter_events import NOW, a_stream
from support.transmitter_in_memory import a_transmitter

from secevent.ssf_events import STREAM_UPDATED
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.tell_losses import TellLosses
from set_transmitter.domain.stream_events import stream_event_token
from set_transmitter.domain.streams import StreamStatus

STREAM = a_stream(status=StreamStatus.PAUSED)


async def test_a_stream_is_told_how_much_it_lost_and_that_its_status_is_as_it_was() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    tell = TellLosses(
        MemoryStreamEvents(transmitter.log), transmitter.outboxes, Growth(), lambda: "txn"
    )

    told = await tell({STREAM.stream_id: 7, "gone": 5}, now=NOW)

    (logged,) = transmitter.log.events
    token = stream_event_token(logged.event, STREAM, jti="j", iat=1)
    assert told == {logged.only_for} == {STREAM.stream_id}
    assert token.events[STREAM_UPDATED]["status"] == "paused"
    assert orjson.dumps(token.events).count(b"7 events that were not acknowledged") == 1
