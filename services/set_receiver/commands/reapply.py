"""Applying receipts once more: harmless for what has taken effect, a cure for what was dead."""

from dataclasses import dataclass
from typing import Final

from set_receiver.domain.errors import ReceiptErasedError, ReceiptNotFoundError, ReceiptPendingError
from set_receiver.domain.receipts import Receipt, ReceiptState, Selection
from set_receiver.ports.receipts import Receipts

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Reapply:
    """Makes settled receipts pending again, in their order."""

    receipts: Receipts

    async def find(self, tenant: str, position: int) -> Receipt:
        """Return one receipt of a tenant. Raises `ReceiptNotFoundError`."""
        for receipt in await self.receipts.read([position]):
            if receipt.arrival.tenant == tenant:
                return receipt
        raise ReceiptNotFoundError

    async def one(self, tenant: str, position: int) -> None:
        """Have one receipt applied again.

        Raises `ReceiptNotFoundError`, `ReceiptErasedError`, or `ReceiptPendingError` where it is
        not settled.
        """
        receipt = await self.find(tenant, position)
        if not receipt.arrival.token:
            raise ReceiptErasedError
        if not await self.receipts.reopen([receipt.position]):
            raise ReceiptPendingError

    async def all_of(self, selected: Selection) -> int:
        """Have the settled receipts of a selection applied again, and tell how many there are."""
        count, after = 0, 0
        while page := await self.receipts.page(selected, after=after, limit=_AT_ONCE):
            after = page[-1].position
            count += await self.receipts.reopen(
                [r.position for r in page if r.standing.state is not ReceiptState.PENDING]
            )
        return count
