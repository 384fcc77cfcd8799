"""Where the request log is kept."""

from collections.abc import Sequence
from typing import Protocol

from scim_gateway.domain.request_log import Entry, Line, Selection


class RequestLog(Protocol):
    """Entries of every tenant, in the order of their ids; several gateways may share it.

    Each method raises `StorageError` where the database does not do what was asked.
    """

    async def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries; those that are there already stay as they are.

        A crash may lose those of the last moment.
        """

    async def read(self, tenant: str, entry_id: str) -> Entry | None:
        """Return an entry of the tenant; None where it has none of this id."""

    async def page(
        self, selected: Selection, *, beyond: str, is_newest_first: bool, limit: int
    ) -> Sequence[Line]:
        """Return the first `limit` of a selection, beyond an entry's id, or from an end with ""."""

    async def forget(self, tenant: str, about: frozenset[str], *, quoted: str) -> int:
        """Remove the tenant's entries that are about any of these names, which are in lower case.

        And those that have a JSON string `quoted` in them. Nothing of them can be read out of the
        files on return. Returns how many entries were removed.
        """

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove at most `limit` entries of a tenant, and return how many were removed."""

    async def trim(self, *, before: int, max_bytes: int) -> int:
        """Remove what was answered before a time, and the oldest of what is above a size.

        Returns how many entries were removed. The time is in microseconds since 1970. The size is
        what the database says: it may be above the limit again as soon as this has returned.
        """
