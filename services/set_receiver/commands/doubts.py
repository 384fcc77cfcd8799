"""Seeing which received events leave a doubt that only their publisher can settle (ADR 41)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from set_receiver.domain.changes import ChangeKind, ForeignChange
from set_receiver.domain.errors import StreamUnknownError
from set_receiver.domain.fetching import Publisher
from set_receiver.domain.links import Link, LinkKey, is_gap
from set_receiver.domain.reconciling import Told, link_key
from set_receiver.domain.settling import Failed, Outcome
from set_receiver.ports.links import Links
from set_receiver.ports.publishers import StreamPublishers

_ON_A_BASE: Final = frozenset({ChangeKind.PATCH, ChangeKind.ACTIVATE, ChangeKind.DEACTIVATE})
# These pass when another subject's event comes; a fetched resource would meet them as well.
_NO_DOUBT: Final = frozenset({"UNIQUENESS"})


@dataclass(frozen=True, slots=True)
class Doubts:
    """Knows the streams whose publisher can be asked, and what was applied last by them."""

    publishers: StreamPublishers
    links: Links

    def publisher_of(self, tenant: str, stream_id: str) -> Publisher | None:
        """Return a stream's publisher; None when there is none, or none is known."""
        try:
            return self.publishers.publisher_of(tenant, stream_id)
        except StreamUnknownError:
            return None

    async def known_links(self, told: Sequence[Told]) -> Mapping[LinkKey, Link]:
        """Return what is known of the resources of events whose publisher can be asked."""
        arrivals = [each.arrival for each in told]
        keys = [
            link_key(arrival)
            for arrival in arrivals
            if self.publisher_of(arrival.tenant, arrival.stream_id)
        ]
        return await self.links.read(keys) if keys else {}

    def has_gap(
        self, told: Told, changes: Sequence[ForeignChange], links: Mapping[LinkKey, Link]
    ) -> bool:
        """Tell whether a patch was made to another version than what was applied last."""
        link = links.get(link_key(told.arrival))
        return any(
            is_gap(link, version_before=change.version_before, version=change.version)
            for change in changes
            if change.kind is ChangeKind.PATCH
        )

    def leaves_doubt(
        self, told: Told, changes: Sequence[ForeignChange], outcomes: Sequence[Outcome]
    ) -> bool:
        """Tell whether the store refused what the publisher's present state may replace."""
        arrival = told.arrival
        if self.publisher_of(arrival.tenant, arrival.stream_id) is None:
            return False
        return any(
            isinstance(outcome, Failed)
            and change.kind in _ON_A_BASE
            and outcome.reason not in _NO_DOUBT
            # a list that was refused as a whole has one outcome, that of its first change
            for change, outcome in zip(changes, outcomes, strict=False)
        )
