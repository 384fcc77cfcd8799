"""Receipts as both APIs page them."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_receiver.domain.errors import InvalidPageTokenError, ReceiptNotFoundError
from set_receiver.domain.receipts import Receipt, Selection
from set_receiver.ports.receipts import Receipts

_LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ReceiptPages:
    """Reads pages; a token is the position after which the next one begins."""

    receipts: Receipts

    async def read(
        self, selected: Selection, *, page_size: int, page_token: str
    ) -> tuple[Sequence[Receipt], str]:
        """Return a page and the token of the next, empty on the last.

        Raises `InvalidPageTokenError`.
        """
        limit = min(page_size, _LARGEST_PAGE) or _LARGEST_PAGE
        found = await self.receipts.page(selected, after=_position(page_token), limit=limit + 1)
        page = found[:limit]
        return page, str(page[-1].position) if len(found) > limit else ""


def receipt_id(receipt: Receipt) -> str:
    """Return what both APIs call a receipt."""
    return str(receipt.position)


def position_named(receipt_id: str) -> int:
    """Return the position of a receipt by its id. Raises `ReceiptNotFoundError`."""
    if not _is_number(receipt_id):
        raise ReceiptNotFoundError
    return int(receipt_id)


def _position(page_token: str) -> int:
    if not page_token:
        return 0
    if not _is_number(page_token):
        raise InvalidPageTokenError("a page token must be one that the page before has given")
    return int(page_token)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
