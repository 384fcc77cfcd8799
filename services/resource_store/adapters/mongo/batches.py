"""A batch of transitions in one transaction: read, decide, store, wave after wave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from resource_store.adapters.mongo import repetition
from resource_store.adapters.mongo.async_requests import settle
from resource_store.adapters.mongo.braking import Braking, Candidate, candidate_of, read_braking
from resource_store.adapters.mongo.documents import resource_of
from resource_store.adapters.mongo.meeting import Meeting, address
from resource_store.adapters.mongo.reading import Reading
from resource_store.adapters.mongo.unique_keys import UniqueKeys, read_unique_keys
from resource_store.adapters.mongo.writes import Writes
from resource_store.adapters.verdicts import (
    Decided,
    Judged,
    answers,
    decided,
    judged,
    outcomes_of,
    to_remember,
    to_show,
)
from resource_store.adapters.waves import TenantIdentity, identity_of, waves
from resource_store.domain.brakes import Ruling
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import (
    Deleted,
    Effect,
    Outcome,
    Restamped,
    Transition,
    Unchanged,
    Written,
)
from resource_store.domain.repetition import Done
from resource_store.domain.resources import Resource
from scim.errors import UniquenessError
from servicekit.mongo import Document, MongoDatabase, Session


@dataclass(frozen=True, slots=True)
class Batch:
    """Carries out transitions in a transaction, which may run it again on a newer snapshot."""

    database: MongoDatabase
    session: Session
    clock: HybridClock

    async def outcomes(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        """Return what becomes of each transition, in order."""
        outcomes: dict[int, Outcome | Exception] = {}
        for places in waves(transitions):
            found = await self._wave([transitions[place] for place in places])
            outcomes.update(zip(places, found, strict=True))
        return [outcomes[place] for place in range(len(transitions))]

    async def _wave(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        done = await repetition.find(self.database, self.session, transitions)
        new = [each for each in transitions if identity_of(each) not in done]
        settled = iter(await self._settled(new) if new else ())
        repeated = iter(await self._repeated(transitions, done))
        verdicts = [
            next(repeated if identity_of(each) in done else settled) for each in transitions
        ]
        outcomes = await self._shown(verdicts)
        told = answers(transitions, outcomes)
        await settle(self.database, self.session, self.clock, told)
        return outcomes

    async def _settled(self, transitions: Sequence[Transition]) -> list[Judged | Exception]:
        """Decide and store."""
        meeting = await Meeting.read(self._reading, transitions)
        verdicts = [decided(each, meeting, self.clock) for each in transitions]
        keys = await read_unique_keys(self.database, self.session, _written(verdicts))
        braking = await read_braking(self.database, self.session, _candidates(verdicts))
        verdicts = [_ruled(each, keys, braking) for each in verdicts]
        await braking.store(self.database, self.session)
        await self._store([each for each in verdicts if isinstance(each, Decided)], meeting)
        await keys.store(self.database, self.session)
        return [judged(each) if isinstance(each, Decided) else each for each in verdicts]

    async def _store(self, verdicts: Sequence[Decided], meeting: Meeting) -> None:
        writes = Writes()
        for each in verdicts:
            _gather(each, writes, meeting)
        for clock in writes.clocks():
            self.clock.observe(clock)
        await writes.store(self.database, self.session)
        await repetition.remember(
            self.database, self.session, to_remember(verdicts), now=self.clock.now()
        )

    async def _repeated(
        self, transitions: Sequence[Transition], done: Mapping[TenantIdentity, Done]
    ) -> list[Judged]:
        """Return what there is to show of what was done before."""
        before = [
            (each, done[key])
            for each in transitions
            if (key := identity_of(each)) is not None and key in done
        ]
        addresses = {(each.tenant, made.ref.id) for each, made in before if not made.deleted}
        found = await self._reading.resources(addresses) if addresses else {}
        return [
            Judged(each, Effect.REPEATED, _resource(found.get((each.tenant, made.ref.id))))
            for each, made in before
        ]

    async def _shown(self, verdicts: Sequence[Judged | Exception]) -> list[Outcome | Exception]:
        asked = list(to_show(verdicts))
        resources = await self._reading.completed([shown for _, shown in asked])
        places = (place for place, _ in asked)
        return outcomes_of(verdicts, dict(zip(places, resources, strict=True)))

    @property
    def _reading(self) -> Reading:
        return Reading(self.database, self.session)


def _written(verdicts: Sequence[Decided | Exception]) -> Iterator[tuple[str, Written]]:
    for each in verdicts:
        if isinstance(each, Decided) and isinstance(each.decision, Written):
            yield each.transition.tenant, each.decision


def _candidates(verdicts: Sequence[Decided | Exception]) -> list[Candidate]:
    ready = (each for each in verdicts if isinstance(each, Decided))
    found = (candidate_of(each.transition, each.decision) for each in ready)
    return [each for each in found if each is not None]


def _ruled(verdict: Decided | Exception, keys: UniqueKeys, braking: Braking) -> Decided | Exception:
    """Let a decision have its unique keys, unless the brake holds it; count it if it has them."""
    if isinstance(verdict, Exception):
        return verdict
    candidate = candidate_of(verdict.transition, verdict.decision)
    if candidate is None:
        return _with_keys(verdict, keys)
    ruled = braking.ruled(candidate, now=verdict.state.now)
    is_held = ruled.ruling is Ruling.HELD
    result = (
        replace(verdict, decision=Unchanged(Effect.HELD)) if is_held else _with_keys(verdict, keys)
    )
    if isinstance(result, Decided):
        braking.note(ruled)
    return result


def _with_keys(verdict: Decided, keys: UniqueKeys) -> Decided | Exception:
    """Let a decision have its unique keys, unless one belongs to another resource."""
    match verdict:
        case Decided(transition, decision=Written() as written):
            try:
                keys.take(transition.tenant, written)
            except UniquenessError as error:
                return error
        case Decided(transition, decision=Deleted() as deleted):
            keys.leave(transition.tenant, deleted)
    return verdict


def _gather(each: Decided, writes: Writes, meeting: Meeting) -> None:
    transition, state = each.transition, each.state
    here = address(transition)
    match each.decision:
        case Written() as written:
            before = meeting.documents.get(here)
            writes.write(transition.tenant, written, state, before=before)
        case Restamped() as restamped:
            writes.restamp(here, restamped)
        case Deleted() as deleted:
            writes.delete(transition.tenant, deleted, state)


def _resource(document: Document | None) -> Resource | None:
    return resource_of(document) if document else None
