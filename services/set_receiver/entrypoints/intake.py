"""What both ways of delivery do with SETs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from servicekit.failures import StorageError
from servicekit.signals import News
from set_receiver.domain.acceptance import (
    Acceptance,
    Delivered,
    Received,
    Refused,
    Undecided,
)
from set_receiver.domain.streams import ReceiveStream
from set_receiver.entrypoints.metrics import count_deliveries
from set_receiver.entrypoints.troubles import Troubles

_STORE_AGAIN_SECONDS = 2.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes SETs in, and tells of it: to those who apply, to metrics, logs and `Troubles`."""

    take_in: Callable[[ReceiveStream, Sequence[Delivered]], Awaitable[Sequence[Acceptance]]]
    """The command `TakeIn`."""
    arrived: News
    troubles: Troubles

    async def __call__(
        self, stream: ReceiveStream, deliveries: Sequence[Delivered]
    ) -> Sequence[Acceptance]:
        """Return what became of each, in their order; a full disk leaves them undecided."""
        try:
            acceptances = await self.take_in(stream, deliveries)
        except StorageError as error:
            _log.exception("receipts.not_stored", stream_id=stream.stream_id)
            acceptances = [Undecided(str(error), _STORE_AGAIN_SECONDS)] * len(deliveries)
        if any(isinstance(found, Received) and found.is_new for found in acceptances):
            self.arrived.publish()
        count_deliveries(stream.stream_id, acceptances)
        for found in acceptances:
            self._note(stream.stream_id, found)
        return acceptances

    def _note(self, stream_id: str, acceptance: Acceptance) -> None:
        match acceptance:
            case Received():
                self.troubles.clear(stream_id)
            case Refused(error):
                _log.warning("set.refused", stream_id=stream_id, err=error.err)
                self.troubles.note(stream_id, f"refused: {error.err}: {error.description}")
            case Undecided(reason, _):
                _log.warning("set.undecided", stream_id=stream_id, reason=reason)
                self.troubles.note(stream_id, reason)
