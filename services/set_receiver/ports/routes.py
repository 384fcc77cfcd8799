"""Where received SETs go on to."""

from collections.abc import Sequence
from typing import Protocol

from set_receiver.domain.routing import SetToRoute


class Routes(Protocol):
    """The transmitter, as one who brings it what was received sees it."""

    async def route(self, sets: Sequence[SetToRoute], *, seconds: float) -> None:
        """Return when SETs, those of one subject in list order, are durably on their way.

        Repeating is harmless. Raises `TransmitterUnavailableError` after so many seconds, or
        `RouteRefusedError` for the list as a whole; some of it may be on its way then.
        """
        ...
