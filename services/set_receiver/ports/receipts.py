"""Where receipts are kept."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from set_receiver.domain.receipts import Arrival, PendingReceipt, Receipt, Standing, Tally


class Receipts(Protocol):
    """Durable receipts, in the order of their arrival.

    Positions grow in the order in which receipts become visible to readers, so one who reads after
    a position misses none.
    """

    async def add(self, receipts: Sequence[tuple[Arrival, Standing]]) -> Sequence[bool]:
        """Keep receipts and tell, once they are durable, which of them are new.

        An arrival whose (tenant, stream_id, iss, jti) is there already leaves the older as it is.
        """
        ...

    async def record(self, standings: Mapping[int, Standing]) -> None:
        """Change where receipts stand, by their positions; durable on return."""
        ...

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        """Return the first `limit` pending receipts after a position, in the order of arrival."""
        ...

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        """Return the receipts at these positions, in the order of arrival."""
        ...

    async def page(
        self, tenant: str, *, stream_id: str | None, after: int, limit: int
    ) -> Sequence[Receipt]:
        """Return the first `limit` receipts of a tenant after a position, of one stream or all."""
        ...

    async def tallies(self) -> Sequence[Tally]:
        """Return how many receipts each stream has in each state, leaving out those without any."""
        ...
