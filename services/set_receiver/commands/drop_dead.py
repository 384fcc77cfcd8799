"""Letting dead receipts be: they are minded no more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from set_receiver.domain.errors import ReceiptNotDeadError, ReceiptNotFoundError
from set_receiver.domain.receipts import ReceiptState, Selection
from set_receiver.ports.receipts import Receipts

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class DropDead:
    """Makes dead receipts ignored ones; they stay, and can be applied again."""

    receipts: Receipts
    now: Callable[[], int]
    """Microseconds since 1970."""

    async def one(self, tenant: str, position: int) -> None:
        """Drop one. Raises `ReceiptNotFoundError`, or `ReceiptNotDeadError`."""
        found = [
            receipt
            for receipt in await self.receipts.read([position])
            if receipt.arrival.tenant == tenant
        ]
        if not found:
            raise ReceiptNotFoundError
        if not await self.receipts.drop([position], now=self.now()):
            raise ReceiptNotDeadError

    async def all_of(self, tenant: str, stream_id: str | None) -> int:
        """Drop all of a tenant, or of one of its streams; return how many there were."""
        selected = Selection(tenant, stream_id=stream_id, state=ReceiptState.DEAD)
        count, after = 0, 0
        while page := await self.receipts.page(selected, after=after, limit=_AT_ONCE):
            after = page[-1].position
            count += await self.receipts.drop([each.position for each in page], now=self.now())
        return count
