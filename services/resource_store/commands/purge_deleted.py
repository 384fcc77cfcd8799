"""Ending what is kept of deleted resources when its time has come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from resource_store.ports.deleted_resources import DeletedResources

_AT_ONCE: Final = 200
"""So few at once hold up no other writer for long."""


@dataclass(frozen=True, slots=True)
class PurgeDeleted:
    """Removes all that is due."""

    deleted: DeletedResources
    now: Callable[[], int]

    async def __call__(self) -> int:
        """Return how many resources were purged."""
        due = self.now()
        purged = 0
        while count := await self.deleted.purge(due=due, limit=_AT_ONCE):
            purged += count
        return purged
