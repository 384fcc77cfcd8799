"""A batch of transitions in one transaction: read, decide, store, wave after wave."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resource_store.adapters.sqlite import repetition
from resource_store.adapters.sqlite.async_requests import settle
from resource_store.adapters.sqlite.braking import braked
from resource_store.adapters.sqlite.holders import Holders
from resource_store.adapters.sqlite.meeting import Meeting, read_many
from resource_store.adapters.sqlite.purging import closed_among
from resource_store.adapters.sqlite.rows import completed_each
from resource_store.adapters.sqlite.writes import Writes
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
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import Effect, Outcome, Transition
from resource_store.domain.errors import TenantClosedError
from resource_store.domain.held_operations import risky_change
from resource_store.domain.repetition import Done
from resource_store.domain.resources import Resource
from scim.errors import UniquenessError


@dataclass(frozen=True, slots=True)
class Batch:
    """Carries out transitions; one that is refused leaves nothing behind, and the others alone."""

    connection: sqlite3.Connection
    clock: HybridClock

    def outcomes(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        """Return what becomes of each transition, in order."""
        outcomes: dict[int, Outcome | Exception] = {}
        for places in waves(transitions):
            found = self._wave([transitions[place] for place in places])
            outcomes.update(zip(places, found, strict=True))
        return [outcomes[place] for place in range(len(transitions))]

    def _wave(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        closed = closed_among(self.connection, {each.tenant for each in transitions})
        done = repetition.find(self.connection, filter(None, map(identity_of, transitions)))
        new = [t for t in transitions if t.tenant not in closed and identity_of(t) not in done]
        settled = iter(self._settled(new))
        repeated = self._repeated(done)
        verdicts: list[Judged | Exception] = []
        for each in transitions:
            if each.tenant in closed:
                verdicts.append(TenantClosedError())
            elif (identity := identity_of(each)) in done:
                verdicts.append(Judged(each, Effect.REPEATED, repeated.get(identity)))
            else:
                verdicts.append(next(settled))
        outcomes = self._shown(verdicts)
        for tenant, txn, completions in answers(transitions, outcomes):
            settle(self.connection, self.clock, (tenant, txn), completions)
        return outcomes

    def _settled(self, transitions: Sequence[Transition]) -> list[Judged | Exception]:
        """Decide and store."""
        meeting = Meeting.read(self.connection, transitions)
        verdicts = [decided(each, meeting, self.clock) for each in transitions]
        holders = Holders.read(
            self.connection,
            [(v.transition.tenant, v.decision) for v in verdicts if isinstance(v, Decided)],
        )
        verdicts = [self._ruled(each, holders) for each in verdicts]
        self._store([each for each in verdicts if isinstance(each, Decided)])
        return [judged(each) if isinstance(each, Decided) else each for each in verdicts]

    def _ruled(self, verdict: Decided | Exception, holders: Holders) -> Decided | Exception:
        """Let a decision have its unique keys unless the brake holds it; only then count it."""
        if isinstance(verdict, Exception):
            return verdict
        transition = verdict.transition
        if transition.brake is None or not risky_change(transition.resource_type, verdict.decision):
            return _with_keys(verdict, holders)
        self.connection.execute("SAVEPOINT counting")
        decision = braked(self.connection, transition, verdict.decision, now=verdict.state.now)
        ruled = _with_keys(replace(verdict, decision=decision), holders)
        if isinstance(ruled, Exception):
            self.connection.execute("ROLLBACK TO counting")
        self.connection.execute("RELEASE counting")
        return ruled

    def _store(self, stored: Sequence[Decided]) -> None:
        writes = Writes(self.clock)
        for each in stored:
            writes.gather(each.transition.tenant, each.decision, each.state)
        writes.store(self.connection)
        repetition.remember(self.connection, to_remember(stored), now=self.clock.now())

    def _repeated(
        self, done: Mapping[TenantIdentity, Done]
    ) -> dict[TenantIdentity | None, Resource]:
        """Return what there is to show of what was done before."""
        places = {
            identity: (identity[0], made.ref.id)
            for identity, made in done.items()
            if not made.deleted
        }
        found = read_many(self.connection, set(places.values()))
        return {
            identity: found[place].resource for identity, place in places.items() if place in found
        }

    def _shown(self, verdicts: Sequence[Judged | Exception]) -> list[Outcome | Exception]:
        asked = list(to_show(verdicts))
        resources = completed_each(self.connection, [shown for _, shown in asked])
        places = (place for place, _ in asked)
        return outcomes_of(verdicts, dict(zip(places, resources, strict=True)))


def _with_keys(verdict: Decided, holders: Holders) -> Decided | Exception:
    try:
        holders.exchange(verdict.transition.tenant, verdict.decision)
    except UniquenessError as error:
        return error
    return verdict
