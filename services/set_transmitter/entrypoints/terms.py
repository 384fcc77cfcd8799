"""Being the active replica, or standing by."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from servicekit.bearer import BearerTokens
from servicekit.following import keep_running
from servicekit.leases import Held
from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.commands.begin_snapshot import BeginSnapshot
from set_transmitter.commands.erase_events import EraseEvents
from set_transmitter.commands.read_delivery_states import ReadDeliveryStates
from set_transmitter.commands.read_events import ReadEvents
from set_transmitter.commands.replay_dead_letters import ReplayDeadLetters
from set_transmitter.commands.reset_stream import ResetStream
from set_transmitter.commands.route_sets import RouteSets
from set_transmitter.entrypoints.poll_endpoint import PollEndpoint
from set_transmitter.entrypoints.publisher import Publisher
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.ports.dead_letters import DeadLetters

Loops = Mapping[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Term:
    """What a replica is made of while it is active: all that it has in memory of the log."""

    loops: Loops
    poll: PollEndpoint
    tokens: BearerTokens
    record_settled: Callable[[], Awaitable[None]]
    """Return when what has become of SETs is recorded, if it can be: it is counted before."""
    dead_letters: DeadLetters
    read_delivery_states: ReadDeliveryStates
    begin_snapshot: BeginSnapshot
    announce_status: AnnounceStatus
    look_again: Callable[[str, str], Awaitable[None]]
    """Take over a stream as it is now: the journal may not have told of it yet."""
    reset_stream: ResetStream
    read_events: ReadEvents
    erase_events: EraseEvents
    replay_dead_letters: ReplayDeadLetters
    route_sets: RouteSets
    publisher: Publisher
    news: StreamNews


OpenTerm = Callable[[Held], AbstractAsyncContextManager[Term]]


@dataclass(slots=True)
class Terms:
    """Begins a term whenever this replica becomes the active one, from what is stored."""

    open_term: OpenTerm
    _present: Term | None = field(default=None, init=False)

    @property
    def is_active(self) -> bool:
        """Whether a term has begun and not ended."""
        return self._present is not None

    def present(self) -> Term:
        """Return the present term. Raises `StandbyError` when there is none."""
        if self._present is None:
            raise StandbyError
        return self._present

    async def serve(self, held: Held) -> None:
        """Run the loops of a term until cancelled."""
        async with self.open_term(held) as term:
            self._present = term
            try:
                async with asyncio.TaskGroup() as tasks:
                    for name, loop in term.loops.items():
                        tasks.create_task(keep_running(name, loop), name=name)
            finally:
                self._present = None
