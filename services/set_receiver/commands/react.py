"""Reacting to an event that is no provisioning event."""

from collections.abc import Callable
from dataclasses import dataclass

from set_receiver.domain.changes import Inapplicable
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.reactions import Reaction
from set_receiver.domain.settling import Outcome, Unknown
from set_receiver.ports.people import People

AMBIGUOUS_REASON = "AMBIGUOUS_SUBJECT: more than one resource is the subject of the event"


@dataclass(frozen=True, slots=True)
class React:
    """Does to the one whom an event tells of what its stream's configuration says."""

    people: People

    async def __call__(self, reaction: Reaction, *, time_left: Callable[[], float]) -> Outcome:
        """Return what came of it. Raises `StoreUnavailableError`."""
        found = await self.people.find(reaction.tenant, reaction.lookup, seconds=_some(time_left()))
        match list(found):
            case []:
                return Unknown("NO_SUCH_SUBJECT: no resource here is the subject of the event")
            case [person]:
                return await self.people.act(reaction, person, seconds=_some(time_left()))
            case _:
                return Inapplicable(AMBIGUOUS_REASON)


def _some(seconds: float) -> float:
    if seconds <= 0:
        raise StoreUnavailableError("there is no time left to ask it")
    return seconds
