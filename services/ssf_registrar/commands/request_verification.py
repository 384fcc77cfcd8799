"""Asking for a verification event (SSF 1.0 section 8.1.4.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ssf_registrar.commands.own_streams import OwnStreams
from ssf_registrar.domain.members import text
from ssf_registrar.domain.streams import Caller, Stream
from ssf_registrar.domain.verifications import Verification, check_verifiable, state_of
from ssf_registrar.ports.activity import Activity


@dataclass(frozen=True, slots=True)
class RequestVerification:
    """Takes requests; one that is taken is in the journal, where the transmitter finds it."""

    own_streams: OwnStreams
    activity: Activity
    fresh_txn: Callable[[], str]
    clock: Callable[[], int]
    """Microseconds since 1970-01-01T00:00:00Z."""

    async def __call__(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Return the stream that is going to be verified. Raises `VerificationTooSoonError`."""
        state = state_of(body)
        stream = await self.own_streams.get(caller, text(body, "stream_id"))
        check_verifiable(stream)
        verification = Verification(self.fresh_txn(), state, requested=self.clock())
        await self.activity.request_verification(stream, verification)
        return stream
