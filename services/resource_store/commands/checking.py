"""Judging a write without carrying it out: it is decided in the storage's words, and then given up.

So it meets the same state, and is refused for the same reasons. A unique key in use is found by
the write itself, and not here.
"""

from dataclasses import dataclass, replace

from resource_store.commands.carrying_out import CarriedOut
from resource_store.domain.decisions import Decision, State, Transition


class _WouldDoError(Exception):
    """Nothing is wrong with the write; raised so that it is not carried out."""


@dataclass(frozen=True, slots=True)
class _GivenUp:
    transition: Transition

    def __call__(self, state: State) -> Decision:
        self.transition.decide(state)
        raise _WouldDoError


def checking(transition: Transition) -> Transition:
    """Return a transition that is decided, and never stored."""
    return replace(transition, identity=None, shown=None, answer=None, decide=_GivenUp(transition))


def refusal_in(result: CarriedOut | Exception) -> Exception | None:
    """Return why the write would be refused, from what became of a `checking` transition."""
    match result:
        case CarriedOut() | _WouldDoError():
            return None
    return result
