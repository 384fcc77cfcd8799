"""What the change feed tells."""

from dataclasses import dataclass
from enum import Enum, auto

from resource_store.domain.errors import EpochChangedError, InvalidCursorError
from resource_store.domain.resources import Ref, Stamp, base36


class ChangeKind(Enum):
    """What was done to a resource."""

    CREATE = auto()
    REPLACE = auto()
    PATCH = auto()
    DELETE = auto()
    COMPLETION = auto()
    """Nothing was done: it is told what became of an asynchronous request."""


class Activation(Enum):
    """What a change did to a person's ability to act (RFC 7643 section 4.1.1, active)."""

    UNCHANGED = auto()
    ACTIVATED = auto()
    DEACTIVATED = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change."""

    tenant: str
    ref: Ref
    kind: ChangeKind
    txn: str
    origin: Stamp
    lineage: tuple[str, ...]
    version_before: str
    version_after: str
    data: bytes
    attributes: tuple[str, ...]
    external_id: str
    activation: Activation
    traceparent: str
    committed: int
    routed: bool
    erased: bool = False
    """Whether what it told has been erased since; then it has no data."""
    state: bytes | None = None
    """Of a PATCH the resource after it, of a deletion before it: a JSON object without members."""
    replaced: bytes | None = None
    """Of a PUT and a PATCH: what the attributes that changed were before, a JSON object.

    Both are absent where a change is older than they are, or erased, and in a snapshot."""

    @property
    def size(self) -> int:
        """How many bytes of JSON it has, about."""
        return len(self.data) + len(self.state or b"") + len(self.replaced or b"")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A change and its place in the feed."""

    position: int
    change: Change


def cursor_at(epoch: str, position: int) -> str:
    """Return the opaque form of a place in the feed."""
    return f"{epoch}-{base36(position)}"


def position_of(cursor: str, *, epoch: str) -> int:
    """Return the position that a cursor stands for; the empty one stands for the beginning.

    Raises `InvalidCursorError`, or `EpochChangedError` for a cursor of another epoch.
    """
    if not cursor:
        return 0
    given_epoch, separator, position = cursor.partition("-")
    if not (given_epoch.isalnum() and separator and position.isascii() and position.isalnum()):
        raise InvalidCursorError
    if given_epoch != epoch:
        raise EpochChangedError
    return int(position, 36)
