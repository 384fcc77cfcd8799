"""The brake on mass deletion: after how many changes a tenant's clients are stopped.

What is counted are people: whoever is deleted, deactivated, or both within one window counts once.
Times are in microseconds since 1970, spans in microseconds.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Brake:
    """The limit that a write meets: so many changes within so long.

    Without a number of changes an administrator has decided, and nothing is counted or held.
    """

    changes: int | None
    within: int
    asked_by: str
    """Who asks for the write, as the record of a held one says."""


LIFTED = Brake(changes=None, within=0, asked_by="")
"""What an administrator lets through."""


@dataclass(frozen=True, slots=True)
class BrakeState:
    """Where a tenant's brake stands."""

    counted: int = 0
    """How many changes were counted since ever; each has its number, from 1."""
    on_since: int = 0
    """Since when changes are held; 0 while they are not."""
    pass_until: int = 0
    """Until when changes go through uncounted, as an administrator let them."""
    pass_left: int | None = None
    """How many of them still may; None: any number."""

    @property
    def is_on(self) -> bool:
        """Whether what would be counted is held, unless it may pass."""
        return self.on_since > 0

    def lets_pass(self, now: int) -> bool:
        """Whether one change more goes through uncounted."""
        return now < self.pass_until and self.pass_left != 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted before, as far as one change depends on it: when; None where nothing was."""

    same: int | None
    """The last change of the same resource."""
    oldest: int | None
    """The change of the number that `number_in_the_way` says."""


class Ruling(Enum):
    """What becomes of a change."""

    FREE = auto()
    """It goes through, and is not counted."""
    COUNTED = auto()
    """It goes through as the change of the new state's last number."""
    HELD = auto()
    """It is not carried out."""


def number_in_the_way(state: BrakeState, brake: Brake) -> int:
    """Return the number of the change that must be out of the window for one more to go through.

    Below 1 there is none.
    """
    return state.counted + 1 - (brake.changes or 0)


def ruled(
    state: BrakeState, brake: Brake, before: Counts, *, now: int
) -> tuple[Ruling, BrakeState]:
    """Return what becomes of a change, and the state after it."""
    begins = now - brake.within
    if brake.changes is None or (before.same is not None and before.same > begins):
        return Ruling.FREE, state
    if state.lets_pass(now):
        left = None if state.pass_left is None else state.pass_left - 1
        return Ruling.FREE, replace(state, pass_left=left)
    if state.is_on:
        return Ruling.HELD, state
    if before.oldest is not None and before.oldest > begins:
        return Ruling.HELD, replace(state, on_since=now)
    return Ruling.COUNTED, replace(state, counted=state.counted + 1)


def released(state: BrakeState, *, until: int, changes: int | None) -> BrakeState:
    """Return the state in which nothing is held, and changes go through until then.

    At most so many of them; None: any number. With 0 none goes through uncounted.
    """
    return replace(state, on_since=0, pass_until=until, pass_left=changes)
