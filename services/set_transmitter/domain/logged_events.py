"""What an administrator sees of the log."""

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """Where an event stands for one stream."""

    PENDING = "pending"
    ATTEMPTED = "attempted"
    """Its SET is signed and kept: it may have been handed out."""
    SETTLED = "settled"
    """Acknowledged, or not needed: of a disabled stream, or superseded by a snapshot."""
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True, slots=True)
class StreamStanding:
    """Where an event stands for a stream of its tenant."""

    stream_id: str
    standing: Standing


def standing_of(*, is_settled: bool, is_kept: bool, is_set_aside: bool) -> Standing:
    """Return where an event stands by what is stored of it."""
    if is_settled:
        return Standing.DEAD_LETTER if is_set_aside else Standing.SETTLED
    return Standing.ATTEMPTED if is_kept else Standing.PENDING
