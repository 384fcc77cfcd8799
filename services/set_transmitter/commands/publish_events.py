"""Publishing events of applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.publications import Earlier, Publication
from set_transmitter.ports.event_log import EventLog


class Outcome(Enum):
    """What became of a publication."""

    LOGGED = auto()
    REPEATED = auto()
    """It had been logged before."""
    CONFLICTING = auto()
    """What was logged before under its identity has another payload."""
    CLOSED = auto()
    """Its tenant is being deleted."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of each publication, and the streams that have something new."""

    outcomes: Sequence[Outcome]
    told: set[str]


@dataclass(frozen=True, slots=True)
class PublishEvents:
    """Logs events of applications, and shares them out."""

    log: EventLog
    outboxes: Outboxes
    growth: Growth
    closed: ClosedTenants

    async def __call__(self, publications: Sequence[Publication], *, at: int) -> Published:
        """Return once all of it is durable; `at` counts microseconds since 1970."""
        async with self.growth.growing():
            # Not before its turn: a tenant may have been closed meanwhile.
            open_to = [each for each in publications if each.event.tenant not in self.closed]
            found = await self.log.publish(open_to, at=at) if open_to else []
            told = self.outboxes.share_out([one for one in found if isinstance(one, LoggedEvent)])
            if any(isinstance(one, Earlier) for one in found):
                # it may not be known here that what is repeated was logged
                told |= self.outboxes.reach(await self.log.end())
        outcomes = {id(each): _outcome(each, one) for each, one in zip(open_to, found, strict=True)}
        return Published([outcomes.get(id(each), Outcome.CLOSED) for each in publications], told)


def _outcome(publication: Publication, found: LoggedEvent | Earlier) -> Outcome:
    match found:
        case LoggedEvent():
            return Outcome.LOGGED
        case Earlier(digest):
            return Outcome.REPEATED if digest == publication.digest else Outcome.CONFLICTING
