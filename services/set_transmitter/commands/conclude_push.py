"""Drawing the consequence of a push's outcome."""

from dataclasses import dataclass, replace

from secevent.poll import SetErr
from secevent.push import (
    Accepted,
    Outcome,
    Refused,
    Unauthorized,
    Unreachable,
    Verdict,
    verdict,
)
from secevent.retry import delay
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.dead_letters import UNDELIVERED
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.patience import REFUSED_IN_A_ROW, Patience


@dataclass(frozen=True, slots=True)
class Trouble:
    """The stream must wait before it sends anything again.

    `is_final`: enough was tried, so that it is to wait until somebody enables it again.
    """

    reason: str
    retry_after: float | None
    is_final: bool = False


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
    patience: Patience

    def __call__(
        self, outbox: Outbox, pending: Pending, *, outcome: Outcome, at: Moment
    ) -> Trouble | None:
        """Return what is wrong with the stream as a whole, if something is."""
        match outcome:
            case Accepted():
                outbox.last_error = ""
                outbox.course.accept(at.monotonic)
                self.settle.acknowledge(outbox, pending)
                return None
            case Refused(err, description):
                return self._refuse(outbox, pending, error=SetErr(err, description), at=at)
            case Unauthorized(description):
                reason, retry_after = f"The receiver refuses our credentials: {description}", None
            case Unreachable(reason, retry_after):
                pass
        return self._fail(outbox, pending, Trouble(reason, retry_after), at)

    def _refuse(
        self, outbox: Outbox, pending: Pending, *, error: SetErr, at: Moment
    ) -> Trouble | None:
        follows = verdict(400, error.err)
        if follows is Verdict.MAY_MEND and not self._is_final(pending, at):
            _keep_back(outbox, pending, at)
            return None
        self.settle.set_aside(outbox, pending, error=error, at=at.wall)
        if follows is Verdict.SET_ASIDE:
            return None
        outbox.course.misdirected += 1
        if outbox.course.misdirected < REFUSED_IN_A_ROW:
            return None
        outbox.last_error = (
            f"The receiver has refused {outbox.course.misdirected} SETs in a row, the last with"
            f" {error.err}: {error.description}"
        )
        return Trouble(outbox.last_error, None, is_final=True)

    def _is_final(self, pending: Pending, at: Moment) -> bool:
        pending.refusals += 1
        pending.refused_since = min(pending.refused_since, at.monotonic)
        return self.patience.is_refusal_final(
            pending.refusals, since=pending.refused_since, now=at.monotonic
        )

    def _fail(self, outbox: Outbox, pending: Pending, trouble: Trouble, at: Moment) -> Trouble:
        """Keep back a SET; what fails while its receiver takes others is given up one day."""
        outbox.last_error = trouble.reason
        outbox.course.fail(at.monotonic)
        _keep_back(outbox, pending, at)
        since = pending.failing_since
        if outbox.course.last_accepted > since:
            if self.patience.is_spent(pending.failures, since=since, now=at.monotonic):
                error = SetErr(UNDELIVERED, trouble.reason)
                self.settle.set_aside(outbox, pending, error=error, at=at.wall)
            return trouble
        is_final = self.patience.is_spent(
            outbox.course.failures, since=outbox.course.failing_since, now=at.monotonic
        )
        return replace(trouble, is_final=is_final)


def _keep_back(outbox: Outbox, pending: Pending, at: Moment) -> None:
    """Let other subjects go first: a SET that its receiver fails on does not stop the stream."""
    pending.failures += 1
    pending.failing_since = min(pending.failing_since, at.monotonic)
    pause = delay(pending.failures, retry_after=None, jitter=at.jitter)
    outbox.backlog.park(pending, until=at.monotonic + pause)
