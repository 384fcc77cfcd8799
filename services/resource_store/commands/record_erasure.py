"""Adding to the report of an erasure what other services removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resource_store.domain.erasures import Erasure
from resource_store.domain.errors import ErasureNotFoundError
from resource_store.ports.erasures import Erasures


@dataclass(frozen=True, slots=True)
class RecordErasure:
    """Adds to a report."""

    erasures: Erasures
    now: Callable[[], int]

    async def __call__(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, is_complete: bool
    ) -> Erasure:
        """Return the report as it is then. Raises `ErasureNotFoundError`."""
        completed = self.now() if is_complete else 0
        erasure = await self.erasures.record(tenant, resource_id, removed, completed=completed)
        if erasure is None:
            raise ErasureNotFoundError(resource_id)
        return erasure
