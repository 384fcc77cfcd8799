"""What is known of receive streams beside their configuration."""

from dataclasses import dataclass
from typing import Final

MOST_ASKED: Final = 16
"""How many states are remembered of a stream: the last ones that were asked for."""


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """The status that a stream's transmitter has told (SSF 1.0 section 8.1.5)."""

    status: str
    """enabled, paused or disabled."""
    reason: str
    told: int
    """When, by the transmitter's clock: seconds since 1970."""
