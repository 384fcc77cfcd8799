"""Erasing all that is kept of a person but a tombstone, and the report of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Erasure:
    """The report of an erasure; it has no data of the person but the id.

    Times are microseconds since 1970. `through` is when the last change was committed whose data
    are erased.
    """

    tenant: str
    id: str
    resource_type: str
    """Empty where there never was such a resource."""
    requested_by: str
    begun: int
    completed: int = 0
    """0 until all services are done."""
    through: int = 0
    removed: Mapping[str, int] = field(default_factory=dict)
    """How much was removed, by what it was."""

    def with_more(self, removed: Mapping[str, int], *, completed: int = 0) -> Self:
        """Return the report with what was removed meanwhile."""
        total = Counter(self.removed) + Counter(removed)
        counts = {name: total[name] for name in sorted({*self.removed, *removed})}
        return replace(self, removed=counts, completed=completed or self.completed)
