"""Batches of transitions, of which each is prepared and carried out by itself."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from resource_store.domain.decisions import Effect, Outcome, Transition
from resource_store.domain.errors import BrakeOnError
from resource_store.ports.resources import Resources


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A transition, and what became of it."""

    transition: Transition
    outcome: Outcome


async def carry_out(
    resources: Resources, preparing: Iterable[Coroutine[Any, Any, Transition]]
) -> list[CarriedOut | Exception]:
    """Return a result for each, in order; one whose preparation failed keeps no other back."""
    prepared = await asyncio.gather(*preparing, return_exceptions=True)
    ready = [each for each in prepared if isinstance(each, Transition)]
    outcomes = iter(await resources.write(ready) if ready else ())
    return [
        _joined(each, next(outcomes)) if isinstance(each, Transition) else _raised(each)
        for each in prepared
    ]


def _joined(transition: Transition, outcome: Outcome | Exception) -> CarriedOut | Exception:
    if isinstance(outcome, Exception):
        return outcome
    if outcome.effect is Effect.HELD:
        return BrakeOnError(transition.ref)
    return CarriedOut(transition, outcome)


def _raised(error: BaseException) -> Exception:
    if isinstance(error, Exception):
        return error
    raise error
