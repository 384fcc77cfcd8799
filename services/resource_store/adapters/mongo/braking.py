"""Counting or holding the changes of one wave, in their transaction.

Who counts a change writes the document of its tenant's brake, so of two transactions that do so one
is run again; who meets a brake that is on only reads it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from resource_store.adapters.mongo.brake_documents import (
    count_document,
    held_update,
    state_document,
    state_of,
)
from resource_store.adapters.mongo.collections import BRAKE_COUNTS, BRAKES, HELD_OPERATIONS
from resource_store.adapters.mongo.documents import address_document, address_of, at_once
from resource_store.adapters.waves import Address
from resource_store.domain.brakes import (
    Brake,
    BrakeState,
    Counts,
    Ruling,
    number_in_the_way,
    ruled,
)
from resource_store.domain.decisions import Decision, Transition
from resource_store.domain.held_operations import RiskyChange, held_operation, risky_change
from servicekit.mongo import Document, MongoDatabase, Session


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that may be counted or held."""

    tenant: str
    brake: Brake
    risky: RiskyChange

    @property
    def address(self) -> Address:
        """Where its resource is found."""
        return self.tenant, self.risky.change.ref.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a candidate, and the state of the brake after it."""

    candidate: Candidate
    ruling: Ruling
    state: BrakeState
    now: int


@dataclass(slots=True)
class Braking:
    """What was counted before a wave, and what its changes add to that."""

    _states: dict[str, BrakeState]
    _made_of_resource: dict[Address, int]
    _made_of_number: dict[tuple[str, int], int]
    _changed: set[str] = field(default_factory=set)
    _counts: list[ReplaceOne[Document]] = field(default_factory=list)
    _pruned: dict[str, int] = field(default_factory=dict)
    _held: list[DeleteOne | UpdateOne] = field(default_factory=list)

    def ruled(self, candidate: Candidate, *, now: int) -> Verdict:
        """Return what becomes of a change; nothing is noted of it yet."""
        state = self._states.get(candidate.tenant, BrakeState())
        in_the_way = number_in_the_way(state, candidate.brake)
        before = Counts(
            same=self._made_of_resource.get(candidate.address),
            oldest=self._made_of_number.get((candidate.tenant, in_the_way)),
        )
        ruling, after = ruled(state, candidate.brake, before, now=now)
        return Verdict(candidate, ruling, after, now)

    def note(self, verdict: Verdict) -> None:
        """Note what became of a change."""
        candidate = verdict.candidate
        self._advance(candidate.tenant, verdict.state)
        found = {"_id": address_document(candidate.address)}
        if verdict.ruling is Ruling.HELD:
            held = held_operation(
                candidate.risky, asked_by=candidate.brake.asked_by, now=verdict.now
            )
            self._held.append(UpdateOne(found, held_update(held), upsert=True))
            return
        if verdict.ruling is Ruling.COUNTED:
            self._count(candidate, verdict)
        self._held.append(DeleteOne(found))

    async def store(self, database: MongoDatabase, session: Session) -> None:
        """Store all that was noted."""
        states = [
            ReplaceOne({"_id": tenant}, state_document(tenant, self._states[tenant]), upsert=True)
            for tenant in sorted(self._changed)
        ]
        # First, so that a transaction that must be run again has done little.
        if states:
            await database[BRAKES].bulk_write(states, session=session)
        if self._counts:
            await database[BRAKE_COUNTS].bulk_write(self._counts, session=session)
        for tenant, first in self._pruned.items():
            old = {"tenant": tenant, "number": {"$lt": first}}
            await database[BRAKE_COUNTS].delete_many(old, session=session)
        if self._held:
            await database[HELD_OPERATIONS].bulk_write(self._held, session=session)

    def _advance(self, tenant: str, state: BrakeState) -> None:
        if state != self._states.get(tenant, BrakeState()):
            self._states[tenant] = state
            self._changed.add(tenant)

    def _count(self, candidate: Candidate, verdict: Verdict) -> None:
        tenant, number, now = candidate.tenant, verdict.state.counted, verdict.now
        self._made_of_resource[candidate.address] = now
        self._made_of_number[tenant, number] = now
        document = count_document(candidate.address, number=number, made=now)
        self._counts.append(ReplaceOne({"_id": document["_id"]}, document, upsert=True))
        self._pruned[tenant] = number_in_the_way(verdict.state, candidate.brake)


def candidate_of(transition: Transition, decision: Decision) -> Candidate | None:
    """Return what the brake is to rule on."""
    brake = transition.brake
    risky = None if brake is None else risky_change(transition.resource_type, decision)
    return None if brake is None or risky is None else Candidate(transition.tenant, brake, risky)


async def read_braking(
    database: MongoDatabase, session: Session, candidates: Sequence[Candidate]
) -> Braking:
    """Read all that the candidates' rulings depend on; nothing where there are none."""
    if not candidates:
        return Braking({}, {}, {})
    tenants = {each.tenant for each in candidates}
    states = {
        document["_id"]: state_of(document)
        async for document in database[BRAKES].find(
            {"_id": {"$in": sorted(tenants)}}, session=session
        )
    }
    numbers = _numbers(candidates, states)
    of_resource, of_number = {}, {}
    for clause in (*_of_resources(candidates), *_of_numbers(numbers)):
        async for document in database[BRAKE_COUNTS].find(clause, session=session):
            of_resource[address_of(document)] = document["made"]
            of_number[document["tenant"], document["number"]] = document["made"]
    return Braking(states, of_resource, of_number)


def _numbers(
    candidates: Sequence[Candidate], states: dict[str, BrakeState]
) -> dict[str, tuple[int, int]]:
    """Return for each tenant the first and the last number that may be in the way of a change."""
    numbers: dict[str, tuple[int, int]] = {}
    for each in candidates:
        own = number_in_the_way(states.get(each.tenant, BrakeState()), each.brake)
        first, last = numbers.get(each.tenant, (own, own - 1))
        # Each change that is counted moves what is in the way of the next by one.
        numbers[each.tenant] = min(first, own), max(last, own) + 1
    return numbers


def _of_resources(candidates: Iterable[Candidate]) -> Iterable[Document]:
    for part in at_once({each.address for each in candidates}):
        yield {"_id": {"$in": list(map(address_document, part))}}


def _of_numbers(numbers: dict[str, tuple[int, int]]) -> Iterable[Document]:
    for tenant, (first, last) in numbers.items():
        if last > 0:
            yield {"tenant": tenant, "number": {"$gte": max(first, 1), "$lte": last}}
