"""Drawing the consequence of a push's outcome."""

from dataclasses import dataclass
from typing import Final

from secevent.poll import SetErr
from secevent.push import RETRYABLE_ERRS, Accepted, Outcome, Refused, Unauthorized, Unreachable
from secevent.retry import delay
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.outbox import Outbox

_REFUSALS: Final = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """The stream must wait before it sends anything again."""

    reason: str
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: by the clock that never goes back, and in microseconds since 1970.

    `jitter`, in [0, 1), was drawn for it.
    """

    monotonic: float
    wall: int
    jitter: float


@dataclass(frozen=True, slots=True)
class ConcludePush:
    """Settles, sets aside or keeps back a SET that was pushed."""

    settle: Settle

    def __call__(
        self, outbox: Outbox, pending: Pending, *, outcome: Outcome, at: Moment
    ) -> Trouble | None:
        """Return what is wrong with the stream as a whole, if something is."""
        match outcome:
            case Accepted():
                outbox.last_error = ""
                self.settle.acknowledge(outbox, pending)
                return None
            case Refused(err, description):
                self._refuse(outbox, pending, error=SetErr(err, description), at=at)
                return None
            case Unauthorized(description):
                trouble = Trouble(f"The receiver refuses our credentials: {description}", None)
            case Unreachable(reason, retry_after):
                trouble = Trouble(reason, retry_after)
        outbox.last_error = trouble.reason
        _keep_back(outbox, pending, at)
        return trouble

    def _refuse(self, outbox: Outbox, pending: Pending, *, error: SetErr, at: Moment) -> None:
        pending.refusals += 1
        if error.err in RETRYABLE_ERRS and pending.refusals < _REFUSALS:
            _keep_back(outbox, pending, at)
        else:
            self.settle.set_aside(outbox, pending, error=error, at=at.wall)


def _keep_back(outbox: Outbox, pending: Pending, at: Moment) -> None:
    """Let other subjects go first: a SET that its receiver fails on does not stop the stream."""
    pending.failures += 1
    pause = delay(pending.failures, retry_after=None, jitter=at.jitter)
    outbox.backlog.park(pending, until=at.monotonic + pause)
