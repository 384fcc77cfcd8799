"""How far a stream's deliveries are, as it is stored and reported."""

from dataclasses import dataclass, field

from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.generations import Generations
from set_transmitter.domain.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class StoredProgress:
    """A stream's state in the log: everything up to `cursor` is settled.

    `pending` counts its unsettled events up to `end`, the log's last position at that moment.
    `snapshot` is the last one that was begun, and `reset_revision` the revision of the last reset
    that came through its configuration. `dropped` counts what retention took before it was settled.
    """

    cursor: int
    acknowledged: int
    dead_letters: int
    pending: int
    end: int
    snapshot: Snapshot | None = None
    generations: Generations = field(default_factory=Generations)
    reset_revision: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The unsettled events of a stream after position `after`, up to position `scanned`."""

    after: int
    pending: tuple[Pending, ...]
    scanned: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A SET that the receiver will not have, and why; `at` counts microseconds since 1970."""

    stream_id: str
    position: int
    jti: str
    err: str
    description: str
    subject_uri: str
    event_type: str
    at: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a stream's SETs, and the cursor that follows from it."""

    stream_id: str
    cursor: int
    acknowledged: tuple[int, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """How far a snapshot is: of `total` records `walked` are logged, and `settled` are settled."""

    total: int
    walked: int
    settled: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """A stream's state as it is reported; `oldest_pending` is 0 when nothing is pending."""

    stream_id: str
    status: str
    status_reason: str
    pending: int
    acknowledged: int
    dead_letters: int
    oldest_pending: int
    last_error: str
    last_contact: int
    """When the receiver last polled or accepted a push, in microseconds since 1970; 0: unknown."""
    snapshot: SnapshotState | None
    dropped: int = 0
