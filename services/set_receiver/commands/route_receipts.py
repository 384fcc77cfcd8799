"""Sending received SETs on, before anything else is done with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from set_receiver.domain.errors import RouteRefusedError, TransmitterUnavailableError
from set_receiver.domain.routing import SetToRoute
from set_receiver.domain.settling import Failed, Waiting
from set_receiver.ports.routes import Routes


@dataclass(frozen=True, slots=True)
class RouteReceipts:
    """Sends on, and tells of whom that failed; one that is refused does not keep others back."""

    routes: Routes

    async def __call__(
        self, sets: Mapping[int, SetToRoute], *, time_left: Callable[[], float]
    ) -> Mapping[int, Failed | Waiting]:
        """Return what is wrong, by position of receipt; all others are durably on their way."""
        if not sets:
            return {}
        seconds = time_left()
        if seconds <= 0:
            return dict.fromkeys(sets, Waiting("there is no time left to ask set-transmitter"))
        try:
            await self.routes.route(tuple(sets.values()), seconds=seconds)
        except TransmitterUnavailableError as error:
            return dict.fromkeys(sets, Waiting(str(error)))
        except RouteRefusedError as error:
            return await self._apart(sets, error, time_left=time_left)
        return {}

    async def _apart(
        self,
        sets: Mapping[int, SetToRoute],
        error: RouteRefusedError,
        *,
        time_left: Callable[[], float],
    ) -> Mapping[int, Failed | Waiting]:
        if len(sets) == 1:
            failed = Failed(error.transmitter_reason, error.detail, may_pass=True)
            return dict.fromkeys(sets, failed)
        positions: Sequence[int] = tuple(sets)
        middle = len(positions) // 2
        halves = (positions[:middle], positions[middle:])
        found: dict[int, Failed | Waiting] = {}
        for half in halves:
            part = {position: sets[position] for position in half}
            found |= await self(part, time_left=time_left)
        return found
