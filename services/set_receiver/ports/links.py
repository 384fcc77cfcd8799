"""Where it is kept which resources are in which stream's feed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from set_receiver.domain.links import Link, LinkKey


class Links(Protocol):
    """Links, of which there is none for a resource that is in no feed.

    Each method raises `StorageError`.
    """

    async def read(self, keys: Sequence[LinkKey]) -> Mapping[LinkKey, Link]:
        """Return the links that there are of these."""
        ...

    async def write(self, links: Sequence[Link], *, fence: int) -> None:
        """Keep links, and remove those that are not linked; durable on return.

        For a tenant that is closed (`ReceiptPurging`) none is kept.

        Of one resource the last stands. Raises `FencedError` as `Receipts.record` does.
        """
        ...
