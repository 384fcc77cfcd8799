"""The poll client's loop as decisions (RFC 8936 section 2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secevent.errors import SetError
from secevent.poll import PollResponse, SetErr
from secevent.retry import delay
from set_receiver.domain.acceptance import Acceptance, Received, Refused, Undecided

_LONGEST_PAUSE = 30.0
_LONGEST_IDLE_PAUSE = 5.0
_LONGEST_GONE_PAUSE = 900.0
_LONG_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no answer to work with; `retry_after` is what the transmitter asks for."""

    reason: str
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Gone:
    """The transmitter does not know the stream (any more): 404, 410 (SSF 1.0 section 6.1.2)."""

    reason: str


PollAnswer = PollResponse | Unreachable | Gone


@dataclass(frozen=True, slots=True)
class Reports:
    """What the transmitter is to be told with the next request."""

    ack: tuple[str, ...]
    set_errs: Mapping[str, SetErr]


NOTHING = Reports((), {})


def reports(acceptances: Mapping[str, Acceptance]) -> Reports:
    """Return what to tell of SETs by their jti; nothing of those that are undecided."""
    return Reports(
        ack=tuple(jti for jti, outcome in acceptances.items() if isinstance(outcome, Received)),
        set_errs={
            jti: _set_err(outcome.error)
            for jti, outcome in acceptances.items()
            if isinstance(outcome, Refused)
        },
    )


def _set_err(error: SetError) -> SetErr:
    return SetErr(error.err, error.description)


def pause_after_failure(failure: Unreachable, *, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after failure number `attempt` in a row."""
    return max(_backoff(attempt, jitter), failure.retry_after or 0.0)


def pause_after_gone(*, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after the stream was unknown for the `attempt`th time in a row.

    Up to a quarter of an hour: an operator is told, and has to change the stream. But a transmitter
    that is restarted, restored or behind a proxy may know it again, and then its events go on.
    """
    return min(3 * _long_backoff(attempt, jitter), _LONGEST_GONE_PAUSE)


def pause_while_undecided(undecided: Sequence[Undecided], *, attempt: int, jitter: float) -> float:
    """Return the seconds to wait before SETs that could not be judged are fetched again."""
    return max(_backoff(attempt, jitter), *(outcome.retry_after for outcome in undecided))


def pause_when_idle(*, attempt: int, jitter: float) -> float:
    """Return the seconds to wait after idle answer number `attempt` in a row."""
    return min(_backoff(attempt, jitter), _LONGEST_IDLE_PAUSE)


def is_idle(response: PollResponse, *, reported: Reports, seconds: float) -> bool:
    """Tell whether a quick answer has nothing in it that was not just reported.

    So answers a server without long polling, and one that forgets what was acknowledged; to ask
    it again at once would be in vain.
    """
    known = {*reported.ack, *reported.set_errs}
    return seconds < _LONG_POLL_SECONDS and response.sets.keys() <= known


def _backoff(attempt: int, jitter: float) -> float:
    return min(_long_backoff(attempt, jitter), _LONGEST_PAUSE)


def _long_backoff(attempt: int, jitter: float) -> float:
    return delay(attempt, retry_after=None, jitter=jitter)
