"""What a receiver was told, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from secevent.scim_events import DELETE, parse_provisioning_event
from secevent.subjects import scim_subject
from secevent.token import SecurityEventToken


@dataclass(frozen=True, slots=True)
class Told:
    """One SET: of which resource, from which version to which; a delete leads to none."""

    uri: str
    jti: str
    txn: str
    before: str
    after: str
    is_delete: bool

    @classmethod
    def of(cls, token: SecurityEventToken) -> Self:
        """Return what a verified SET with one event tells."""
        ((event_uri, payload),) = token.events.items()
        event = parse_provisioning_event(event_uri, payload)
        return cls(
            uri=scim_subject(token.sub_id).uri,
            jti=token.jti,
            txn=token.txn or "",
            before=token.provenance.version_before if token.provenance else "",
            after=(event.version if event else None) or "",
            is_delete=event_uri == DELETE,
        )


class Tellings:
    """All that one receiver was told, each SET at its first arrival; it may come again."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.of_subject: dict[str, list[Told]] = {}
        self.repeated = 0
        self._seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, told: Told) -> None:
        """Take in one SET."""
        if told.jti in self._seen:
            self.repeated += 1
            return
        self._seen.add(told.jti)
        self.of_subject.setdefault(told.uri, []).append(told)

    def last(self, uri: str) -> Told | None:
        """Return the last SET of a resource that has arrived for the first time."""
        return self.of_subject.get(uri, [None])[-1]


Subjects = Mapping[str, list[Told]]
