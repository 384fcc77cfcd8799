"""Where receipts are kept."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from set_receiver.domain.receipts import (
    Arrival,
    PendingReceipt,
    Receipt,
    Selection,
    Standing,
    Tally,
)


class Receipts(Protocol):
    """Durable receipts, which several replicas may keep at once.

    Positions tell the order of arrival: what one `add` was told of before another began has the
    earlier position, and so has what comes earlier in one `add`. But they are given before a
    receipt becomes visible, so it may appear after others with later positions: at most
    `looks.STRAGGLING_SECONDS` later, or later still where its writer was stopped in the middle.

    Each method raises `StorageError` where the database does not do what was asked.
    """

    async def add(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Keep receipts, pending, and tell, once they are durable, which of them are new.

        An arrival whose (tenant, stream_id, iss, jti) is there already leaves the older as it is.
        """
        ...

    async def record(self, standings: Mapping[int, Standing], *, fence: int) -> None:
        """Change where pending receipts stand, by their positions; durable on return.

        Others stay as they are. Raises `FencedError` when the lease to apply, which had this fence,
        has passed to another holder; nothing is changed then.
        """
        ...

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        """Return the first `limit` pending receipts that are visible after a position, in order."""
        ...

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        """Return the receipts at these positions, in the order of arrival."""
        ...

    async def page(self, selected: Selection, *, after: int, limit: int) -> Sequence[Receipt]:
        """Return the first `limit` receipts of a selection after a position, in order."""
        ...

    async def reopen(self, positions: Sequence[int]) -> int:
        """Make receipts pending again that are settled, and tell how many were; durable on return.

        They keep their positions. Those that were erased stay as they are.
        """
        ...

    async def drop(self, positions: Sequence[int], *, now: int) -> int:
        """Let dead receipts be ignored, and tell how many were dead; durable on return.

        They stay, as what tells a repeated token, and can be reopened.
        """
        ...

    async def erase(self, tenant: str, path: str, *, now: int) -> int:
        """Remove the tokens, and what is said of them, of receipts whose subject's URI ends so.

        They stay, as what tells a repeated token; one that is pending or dead is ignored from then
        on. Returns how many had a token; durable on return.
        """
        ...

    async def make_unreadable(self) -> None:
        """Return when nothing that was removed can be read out of the files any more."""
        ...

    async def tallies(self) -> Sequence[Tally]:
        """Return how many receipts each stream has in each state, leaving out those without any."""
        ...
