"""What a supervisor tells while it starts and watches the services."""

import signal
from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Starting:
    """A service's process has been started."""

    service: str
    pid: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A service answers that it is ready."""

    service: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Died:
    """A service's process ended unasked; it will be started again after a pause."""

    service: str
    code: int
    """As subprocess gives it: negative is the number of the signal that killed it."""
    error: str
    """The last error line of its log; empty when there is none."""
    pause: float


@dataclass(frozen=True, slots=True)
class Up:
    """Every service is ready."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The cluster could not be started."""

    message: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Stopping:
    """The services are being stopped."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Every service has ended."""

    seconds: float
    killed: tuple[str, ...]
    """The services that did not end in time."""


Report = Starting | Ready | Died | Up | Failed | Stopping | Stopped

_KINDS: dict[str, type[Report]] = {
    kind.__name__: kind for kind in (Starting, Ready, Died, Up, Failed, Stopping, Stopped)
}


def encoded(report: Report) -> bytes:
    """Return a report as one line of JSON."""
    return orjson.dumps({"report": type(report).__name__, **asdict(report)}) + b"\n"


def decoded(line: bytes) -> Report:
    """Return the report of such a line."""
    members = orjson.loads(line)
    kind = _KINDS[members.pop("report")]
    if kind is Stopped:
        members["killed"] = tuple(members["killed"])
    return kind(**members)


def sentence(report: Report) -> str:
    """Return a report in words, for a log or for a console that is no terminal."""
    match report:
        case Starting(service, pid):
            words = f"{service} started (pid {pid})"
        case Ready(service, seconds):
            words = f"{service} ready after {seconds:.1f} s"
        case Died(service, code, error, pause):
            why = f": {error}" if error else ""
            words = f"{service} {how_it_ended(code)}{why}; restarting in {pause:.1f} s"
        case Up():
            words = "all services are ready"
        case Failed(message, _):
            words = message
        case Stopping():
            words = "stopping"
        case Stopped(seconds, killed):
            late = f", after killing {', '.join(killed)}" if killed else ""
            words = f"stopped in {seconds:.1f} s{late}"
    return words


def how_it_ended(code: int) -> str:
    """Say how a process ended, from its return code."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
