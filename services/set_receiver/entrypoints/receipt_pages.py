"""Receipts as both APIs page them."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_receiver.domain.errors import InvalidPageTokenError
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


def _position(page_token: str) -> int:
    if not page_token:
        return 0
    if not (page_token.isascii() and page_token.isdigit() and len(page_token) < 19):
        raise InvalidPageTokenError("a page token must be one that the page before has given")
    return int(page_token)
