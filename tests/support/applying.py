"""What set-receiver applies by, without sockets: the store, the transmitter, the people."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from support.memory_receipts import MemoryReceipts
from support.received_sets import STREAM, Issuer

from secevent.provenance import Provenance
from secevent.scim_events import DELETE
from set_receiver.domain.changes import ForeignChange
from set_receiver.domain.errors import (
    ChangesRefusedError,
    RouteRefusedError,
    StoreUnavailableError,
    TransmitterUnavailableError,
)
from set_receiver.domain.handling import APPLY, Handling, handling_text
from set_receiver.domain.reactions import Lookup, Person, Reaction
from set_receiver.domain.receipts import Arrival, Receipt, ReceiptState
from set_receiver.domain.routing import SetToRoute
from set_receiver.domain.settling import ApplyResult, Disposition, Held

NOW = 1_000
TIME_LEFT = 5.0
FROM_AFAR = Provenance(7, "origin", ("origin", "between"), "")


@dataclass
class FakeChanges:
    """Applies everything, but what is told otherwise by resource id."""

    results: dict[str, ApplyResult] = field(default_factory=dict)
    poisonous: frozenset[str] = frozenset()
    is_away: bool = False
    applied: list[list[ForeignChange]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    async def cluster(self, *, seconds: float) -> str:
        assert seconds == TIME_LEFT
        return "here"

    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        assert seconds == TIME_LEFT
        if self.is_away:
            raise StoreUnavailableError("away")
        if any(change.resource_id in self.poisonous for change in changes):
            raise ChangesRefusedError("RESOURCE_EXHAUSTED", "too large")
        self.applied.append(list(changes))
        self.steps.append("apply")
        return [self.results.get(change.resource_id, Disposition.APPLIED) for change in changes]


@dataclass
class FakeRoutes:
    """Sends everything on, but nothing of the refused subjects."""

    steps: list[str]
    refused: frozenset[str] = frozenset()
    is_away: bool = False
    sent: list[SetToRoute] = field(default_factory=list)

    async def route(self, sets: Sequence[SetToRoute], *, seconds: float) -> None:
        assert seconds == TIME_LEFT
        if self.is_away:
            raise TransmitterUnavailableError("away")
        if any(each.arrival.subject_uri in self.refused for each in sets):
            raise RouteRefusedError("INTERNAL", "a defect")
        self.steps.append("route")
        self.sent.extend(sets)


@dataclass
class FakePeople:
    """Finds whom tests put here, and does what is asked."""

    found: list[Person] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    done: list[tuple[Reaction, str]] = field(default_factory=list)
    result: ApplyResult | Held = Disposition.APPLIED

    async def find(self, tenant: str, lookup: Lookup, *, seconds: float) -> Sequence[Person]:
        assert (tenant, seconds) == ("default", TIME_LEFT)
        self.lookups.append(lookup)
        return self.found

    async def act(
        self, reaction: Reaction, person: Person, *, seconds: float
    ) -> ApplyResult | Held:
        assert seconds == TIME_LEFT
        self.done.append((reaction, reaction.txn_for(person)))
        return self.result


def arrival(compact: str, subject: str) -> Arrival:
    return Arrival(
        tenant="default",
        stream_id=STREAM.stream_id,
        iss=STREAM.iss,
        jti=f"jti-of-{subject}",
        token=compact,
        txn="",
        event_type="",
        subject_uri=subject,
        origin_clock=0,
        received=0,
        traceparent="",
    )


async def keep(
    receipts: MemoryReceipts,
    *subjects: str,
    events: dict[str, Any] | None = None,
    handling: Handling = APPLY,
    came_by: Provenance | None = None,
) -> None:
    issuer = Issuer()
    for subject in subjects:
        token = issuer.token(DELETE, {}, subject=subject)
        token = replace(token, events=events or token.events, provenance=came_by)
        kept = arrival(issuer.sign(token), subject)
        await receipts.add([replace(kept, handling=handling_text(handling))])


def time_left() -> float:
    return TIME_LEFT


def states(receipts: Sequence[Receipt]) -> list[ReceiptState]:
    return [receipt.standing.state for receipt in receipts]
