"""Where received changes take effect."""

from collections.abc import Sequence
from typing import Protocol

from set_receiver.domain.changes import ForeignChange
from set_receiver.domain.settling import ApplyResult


class Changes(Protocol):
    """The store, as one who brings it changes of other clusters sees it."""

    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        """Apply changes, those of one resource in list order, and return a result for each.

        Repeating a change is harmless. Raises `StoreUnavailableError` after so many seconds, or
        `ChangesRefusedError` for the list as a whole.
        """
        ...

    async def cluster(self, *, seconds: float) -> str:
        """Return the name by which lineages and stamps know this cluster.

        Raises `StoreUnavailableError` after so many seconds.
        """
        ...
