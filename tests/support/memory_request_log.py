"""A request log in memory, of which one can say when it fails."""

from collections.abc import Sequence

from scim_gateway.domain.request_log import Entry, Line, Selection
from servicekit.failures import StorageError


class MemoryRequestLog:
    """Keeps entries; `failures` is how many additions fail before one works."""

    def __init__(self, *, failures: int = 0) -> None:
        self.entries: list[Entry] = []
        self.failures = failures

    async def add(self, entries: Sequence[Entry]) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageError("the disk is full")
        self.entries.extend(entries)

    async def read(self, tenant: str, entry_id: str) -> Entry | None:
        raise NotImplementedError

    async def page(
        self, selected: Selection, *, beyond: str, is_newest_first: bool, limit: int
    ) -> Sequence[Line]:
        raise NotImplementedError

    async def forget(self, tenant: str, about: frozenset[str], *, quoted: str) -> int:
        before = len(self.entries)
        self.entries = [
            entry
            for entry in self.entries
            if entry.line.tenant != tenant
            or not (entry.about & about or f'"{quoted}"' in entry.request.text)
        ]
        return before - len(self.entries)

    async def remove(self, tenant: str, *, limit: int) -> int:
        removed = [entry for entry in self.entries if entry.line.tenant == tenant][:limit]
        self.entries = [entry for entry in self.entries if entry not in removed]
        return len(removed)

    async def trim(self, *, before: int, max_bytes: int) -> int:  # noqa: ARG002  the port's
        self.entries = [entry for entry in self.entries if entry.line.answered >= before]
        return 0
