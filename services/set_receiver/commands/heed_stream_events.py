"""Heeding what transmitters say of their streams (SSF 1.0 sections 8.1.4 and 8.1.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from secevent.errors import InvalidStateError
from secevent.ssf_events import StreamUpdated, Verification
from set_receiver.domain.acceptance import Judgement, OfStream, Refused
from set_receiver.domain.receipts import Arrival
from set_receiver.domain.stream_states import RemoteStatus
from set_receiver.domain.streams import ReceiveStream
from set_receiver.ports.stream_states import StreamStates


@dataclass(frozen=True, slots=True)
class HeedStreamEvents:
    """Compares the states of verification events, and notes statuses; both change no resource."""

    states: StreamStates

    async def __call__(
        self, stream: ReceiveStream, judgements: Sequence[Judgement | OfStream]
    ) -> Sequence[Judgement]:
        """Return the judgements, those about the stream itself decided."""
        return [
            await self._heeded(stream, found) if isinstance(found, OfStream) else found
            for found in judgements
        ]

    async def _heeded(self, stream: ReceiveStream, found: OfStream) -> Arrival | Refused:
        match found.event:
            case Verification(None):
                return found.arrival
            case Verification(state):
                asked = await self.states.asked(stream.tenant, stream.stream_id)
                return found.arrival if state in asked else Refused(_mismatch())
            case StreamUpdated(status, reason):
                told = RemoteStatus(status, reason or "", told=found.issued)
                await self.states.note_status(stream.tenant, stream.stream_id, told)
                return found.arrival


def _mismatch() -> InvalidStateError:
    return InvalidStateError(
        "The state is none that was asked for on this stream (SSF 1.0 section 8.1.4.1)."
    )
