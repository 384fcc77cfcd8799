"""A batch of transitions in one transaction: read, decide, store, wave after wave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from resource_store.adapters.mongo import repetition
from resource_store.adapters.mongo.async_requests import Settled, settle
from resource_store.adapters.mongo.braking import Braking, Candidate, candidate_of, read_braking
from resource_store.adapters.mongo.documents import resource_of
from resource_store.adapters.mongo.meeting import Meeting, address
from resource_store.adapters.mongo.reading import Reading, Shown
from resource_store.adapters.mongo.repetition import TenantIdentity, identity_of
from resource_store.adapters.mongo.unique_keys import UniqueKeys, read_unique_keys
from resource_store.adapters.mongo.waves import waves
from resource_store.adapters.mongo.writes import Writes
from resource_store.domain.brakes import Ruling
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import (
    NOT_DONE,
    Decision,
    Deleted,
    Effect,
    Outcome,
    Restamped,
    State,
    Transition,
    Unchanged,
    Written,
    effect_of,
    resource_after,
)
from resource_store.domain.repetition import Done
from resource_store.domain.resources import Resource
from scim.errors import UniquenessError
from servicekit.mongo import Document, MongoDatabase, Session


@dataclass(frozen=True, slots=True)
class _Decided:
    transition: Transition
    state: State
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Judged:
    transition: Transition
    effect: Effect
    resource: Resource | None


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
        judged = [next(repeated if identity_of(each) in done else settled) for each in transitions]
        outcomes = await self._shown(judged)
        answers = _answers(transitions, outcomes)
        await settle(self.database, self.session, self.clock, answers)
        return outcomes

    async def _settled(self, transitions: Sequence[Transition]) -> list[_Judged | Exception]:
        """Decide and store."""
        meeting = await Meeting.read(self._reading, transitions)
        verdicts = [_decided(each, meeting, self.clock) for each in transitions]
        keys = await read_unique_keys(self.database, self.session, _written(verdicts))
        braking = await read_braking(self.database, self.session, _candidates(verdicts))
        verdicts = [_ruled(each, keys, braking) for each in verdicts]
        await braking.store(self.database, self.session)
        await self._store([each for each in verdicts if isinstance(each, _Decided)], meeting)
        await keys.store(self.database, self.session)
        return [_judged(each) if isinstance(each, _Decided) else each for each in verdicts]

    async def _store(self, decided: Sequence[_Decided], meeting: Meeting) -> None:
        writes = Writes()
        for each in decided:
            _gather(each, writes, meeting)
        for clock in writes.clocks():
            self.clock.observe(clock)
        await writes.store(self.database, self.session)
        await repetition.remember(
            self.database, self.session, _to_remember(decided), now=self.clock.now()
        )

    async def _repeated(
        self, transitions: Sequence[Transition], done: Mapping[TenantIdentity, Done]
    ) -> list[_Judged]:
        """Return what there is to show of what was done before."""
        before = [
            (each, done[key])
            for each in transitions
            if (key := identity_of(each)) is not None and key in done
        ]
        addresses = {(each.tenant, made.ref.id) for each, made in before if not made.deleted}
        found = await self._reading.resources(addresses) if addresses else {}
        return [
            _Judged(each, Effect.REPEATED, _resource(found.get((each.tenant, made.ref.id))))
            for each, made in before
        ]

    async def _shown(self, judged: Sequence[_Judged | Exception]) -> list[Outcome | Exception]:
        asked = [
            (place, _to_show(each.transition, each.resource, each.transition.shown))
            for place, each in enumerate(judged)
            if isinstance(each, _Judged) and each.resource and each.transition.shown is not None
        ]
        resources = await self._reading.completed([shown for _, shown in asked])
        shown = dict(zip((place for place, _ in asked), resources, strict=True))
        return [
            Outcome(each.effect, shown.get(place)) if isinstance(each, _Judged) else each
            for place, each in enumerate(judged)
        ]

    @property
    def _reading(self) -> Reading:
        return Reading(self.database, self.session)


def _answers(
    transitions: Sequence[Transition], outcomes: Sequence[Outcome | Exception]
) -> Iterator[Settled]:
    for each, outcome in zip(transitions, outcomes, strict=True):
        if each.answer and each.identity and _is_done(outcome):
            yield each.tenant, each.identity.key, [each.answer(outcome)]


def _is_done(outcome: Outcome | Exception) -> TypeGuard[Outcome]:
    return isinstance(outcome, Outcome) and outcome.effect is not Effect.HELD


def _decided(transition: Transition, meeting: Meeting, clock: HybridClock) -> _Decided | Exception:
    state = meeting.state(transition, clock)
    try:
        return _Decided(transition, state, transition.decide(state))
    except Exception as error:  # noqa: BLE001  it is the result of this transition alone
        return error


def _written(verdicts: Sequence[_Decided | Exception]) -> Iterator[tuple[str, Written]]:
    for each in verdicts:
        if isinstance(each, _Decided) and isinstance(each.decision, Written):
            yield each.transition.tenant, each.decision


def _candidates(verdicts: Sequence[_Decided | Exception]) -> list[Candidate]:
    decided = (each for each in verdicts if isinstance(each, _Decided))
    found = (candidate_of(each.transition, each.decision) for each in decided)
    return [each for each in found if each is not None]


def _ruled(
    verdict: _Decided | Exception, keys: UniqueKeys, braking: Braking
) -> _Decided | Exception:
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
    if isinstance(result, _Decided):
        braking.note(ruled)
    return result


def _with_keys(verdict: _Decided, keys: UniqueKeys) -> _Decided | Exception:
    """Let a decision have its unique keys, unless one belongs to another resource."""
    match verdict:
        case _Decided(transition, decision=Written() as written):
            try:
                keys.take(transition.tenant, written)
            except UniquenessError as error:
                return error
        case _Decided(transition, decision=Deleted() as deleted):
            keys.leave(transition.tenant, deleted)
    return verdict


def _gather(decided: _Decided, writes: Writes, meeting: Meeting) -> None:
    transition, state = decided.transition, decided.state
    here = address(transition)
    match decided.decision:
        case Written() as written:
            before = meeting.documents.get(here)
            writes.write(transition.tenant, written, state, before=before)
        case Restamped() as restamped:
            writes.restamp(here, restamped)
        case Deleted() as deleted:
            writes.delete(transition.tenant, deleted, state)


def _to_remember(decided: Sequence[_Decided]) -> dict[TenantIdentity, Done]:
    """Return what must not happen again; a change of this cluster's own has not happened."""
    return {
        identity: Done(each.transition.ref, deleted=isinstance(each.decision, Deleted))
        for each in decided
        if (identity := identity_of(each.transition)) is not None
        and effect_of(each.decision) not in NOT_DONE
    }


def _judged(decided: _Decided) -> _Judged:
    decision = decided.decision
    resource = resource_after(decision, decided.state)
    return _Judged(decided.transition, effect_of(decision), resource)


def _to_show(transition: Transition, resource: Resource, shown: frozenset[str]) -> Shown:
    return Shown(transition.tenant, resource, shown, transition.resource_type)


def _resource(document: Document | None) -> Resource | None:
    return resource_of(document) if document else None
