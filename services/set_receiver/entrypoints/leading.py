"""Loops that one replica runs at a time, each under a lease of its own."""

from dataclasses import dataclass
from typing import Final

from servicekit.leases import Held, Leases, Work, lead

_LEASE_SECONDS: Final = 5.0
# A call that is given up may go on for so long at its other end.
_MARGIN_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Leading:
    """Runs `work` for as long as this process is the one that may."""

    leases: Leases
    holder: str
    name: str
    work: Work

    async def __call__(self) -> None:
        """Run until cancelled."""
        await lead(
            self.leases,
            self.name,
            holder=self.holder,
            seconds=_LEASE_SECONDS,
            work=self.work,
        )


def seconds_to_act(held: Held) -> float:
    """Return how long a call may take that begins now; it must not outlast the lease."""
    return held.lease.seconds_left() - _MARGIN_SECONDS
