"""What becomes of the transitions of one wave, step by step, in every storage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from resource_store.adapters.waves import TenantIdentity, identity_of
from resource_store.domain.async_requests import Completion
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import (
    NOT_DONE,
    Decision,
    Deleted,
    Effect,
    Outcome,
    State,
    Transition,
    effect_of,
    resource_after,
)
from resource_store.domain.repetition import Done
from resource_store.domain.representations import derived_attributes
from resource_store.domain.resources import Resource
from scim.resource_type import ResourceType


class Meeting(Protocol):
    """The state of every resource that a wave names."""

    def state(self, transition: Transition, clock: HybridClock) -> State:
        """Return what a transition meets."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A transition that was not refused so far."""

    transition: Transition
    state: State
    decision: Decision


@dataclass(frozen=True, slots=True)
class Judged:
    """A transition that is stored, or was before, and the resource without what is derived."""

    transition: Transition
    effect: Effect
    resource: Resource | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource, and the derived attributes that it shall show."""

    tenant: str
    resource: Resource
    shown: frozenset[str]
    resource_type: ResourceType

    @property
    def address(self) -> tuple[str, str]:
        """Where its memberships are found."""
        return self.tenant, self.resource.ref.id

    def shows(self, name: str) -> bool:
        """Whether it is to show a derived attribute, and can."""
        return name in self.shown & derived_attributes(self.resource_type)


Settled = tuple[str, str, Sequence[Completion]]
"""Tenant and txn of an asynchronous request, and what became of it."""


def decided(transition: Transition, meeting: Meeting, clock: HybridClock) -> Decided | Exception:
    """Decide; a refusal is the result of this transition alone."""
    state = meeting.state(transition, clock)
    try:
        return Decided(transition, state, transition.decide(state))
    except Exception as error:  # noqa: BLE001
        return error


def judged(each: Decided) -> Judged:
    """Return what has become of a decision that is stored."""
    resource = resource_after(each.decision, each.state)
    return Judged(each.transition, effect_of(each.decision), resource)


def to_remember(stored: Sequence[Decided]) -> dict[TenantIdentity, Done]:
    """Return what must not happen again; a change of this cluster's own has not happened."""
    return {
        identity: Done(each.transition.ref, deleted=isinstance(each.decision, Deleted))
        for each in stored
        if (identity := identity_of(each.transition)) is not None
        and effect_of(each.decision) not in NOT_DONE
    }


def to_show(verdicts: Sequence[Judged | Exception]) -> Iterator[tuple[int, Shown]]:
    """Return what is to be given back, by its place."""
    for place, each in enumerate(verdicts):
        if isinstance(each, Exception) or each.resource is None:
            continue
        asking = each.transition
        if asking.shown is not None:
            shown = Shown(asking.tenant, each.resource, asking.shown, asking.resource_type)
            yield place, shown


def outcomes_of(
    verdicts: Sequence[Judged | Exception], shown: dict[int, Resource]
) -> list[Outcome | Exception]:
    """Return the outcomes, with the resources that are to be given back by their places."""
    return [
        each if isinstance(each, Exception) else Outcome(each.effect, shown.get(place))
        for place, each in enumerate(verdicts)
    ]


def answers(
    transitions: Sequence[Transition], outcomes: Sequence[Outcome | Exception]
) -> Iterator[Settled]:
    """Return what is told to those who were promised an answer; nothing of what is held."""
    for each, outcome in zip(transitions, outcomes, strict=True):
        if not each.answer or not each.identity or isinstance(outcome, Exception):
            continue
        if outcome.effect is not Effect.HELD:
            yield each.tenant, each.identity.key, [each.answer(outcome)]
