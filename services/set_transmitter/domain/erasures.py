"""Whose events are not told any more, since all of a resource has been erased."""

from dataclasses import dataclass, field

from secevent.subjects import scim_uri
from set_transmitter.domain.events import Event


@dataclass(frozen=True, slots=True)
class Erasure:
    """A resource of a tenant, and the time through which its changes are not to be told.

    Microseconds since 1970, as the stamps of changes have them. Its deletion is told all the same.
    """

    tenant: str
    resource_id: str
    through: int

    @property
    def path(self) -> str:
        """How the URI of its subject ends; no other of the tenant's ends so."""
        return scim_uri("", self.resource_id)

    def concerns(self, event: Event) -> bool:
        """Tell whether an event is about the resource."""
        return event.tenant == self.tenant and event.subject_uri.endswith(self.path)

    def covers(self, event: Event) -> bool:
        """Tell whether an event about it is not to be told."""
        return not event.outlives_erasure and event.origin_clock <= self.through


@dataclass(slots=True)
class Erasures:
    """What was erased since this process looked at the log: some of it may be on its way yet."""

    _by_path: dict[tuple[str, str], Erasure] = field(default_factory=dict)

    def add(self, erasure: Erasure) -> None:
        """Let what is on its way not get through."""
        self._by_path[erasure.tenant, erasure.path] = erasure

    def let_through(self, event: Event) -> Event | None:
        """Return what may be told of an event; None where that is nothing."""
        if not self._by_path:
            return event
        path = f"/{event.subject_uri.rpartition('/')[2]}"
        erasure = self._by_path.get((event.tenant, path))
        if erasure is None:
            return event
        if erasure.covers(event):
            return None
        return event.without_person() if event.origin_clock <= erasure.through else event


@dataclass(frozen=True, slots=True)
class Removed:
    """How much an erasure removed."""

    events: int
    """Beside the deletion, which stays."""
    sets: int
    """Signed SETs that were kept."""
    dead_letters: int
