"""The hybrid logical clock of a cluster."""

from collections.abc import Callable

from resource_store.domain.resources import Stamp


class HybridClock:
    """Gives stamps that follow the time, and all stamps that were given or seen before.

    Belongs to one process. Where several write to one store, each lets it observe the readings
    that are stored with a resource before it gives a stamp for that resource.
    """

    def __init__(self, cluster: str, *, now: Callable[[], int], last: int) -> None:
        self.now = now
        self._cluster = cluster
        self._last = last

    def next_stamp(self) -> Stamp:
        """Return a stamp later than all before."""
        self._last = max(self.now(), self._last) + 1
        return Stamp(self._last, self._cluster)

    def observe(self, clock: int) -> None:
        """Let the next stamps follow a reading of another cluster."""
        self._last = max(self._last, clock)
