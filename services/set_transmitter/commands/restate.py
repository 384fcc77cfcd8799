"""Telling one stream the present state of a resource, of the very moment of the feed's cursor."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.events import Event
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.ports.dead_letters import DeadLetters


class RestateError(Exception):
    """The state could not be told just now, and nothing happened; it may be asked for again."""

    reason = "NOT_RESTATED"


@dataclass(frozen=True, slots=True)
class StateWanted:
    """A subject whose state a stream is to be told instead of the letters at these positions."""

    tenant: str
    stream_id: str
    subject_uri: str
    positions: tuple[int, ...]


@dataclass(slots=True)
class Restate:
    """States that are wanted, for whoever follows the feed to read them between two changes.

    A letter goes in the transaction that logs the state, so one whose state was not told is there
    yet.
    """

    letters: DeadLetters
    outboxes: Outboxes
    growth: Growth
    patience_seconds: float = 20.0
    _wanted: deque[tuple[StateWanted, asyncio.Future[None]]] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def want(self, wanted: StateWanted) -> None:
        """Return once the state is logged. Raises `RestateError`."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (wanted, told)
        self._wanted.append(entry)
        self._news.set()
        try:
            await asyncio.wait_for(told, self.patience_seconds)
        except TimeoutError:
            raise RestateError(
                f"the state of {wanted.subject_uri} could not be read in time: try again"
            ) from None
        finally:
            if entry in self._wanted:
                self._wanted.remove(entry)

    def due(self) -> StateWanted | None:
        """Return what is wanted next."""
        return self._wanted[0][0] if self._wanted else None

    async def until_due(self) -> None:
        """Return when something is wanted."""
        while not self._wanted:
            self._news.clear()
            await self._news.wait()

    async def tell(
        self, wanted: StateWanted, events: Sequence[Event] | None, *, now: int
    ) -> set[str]:
        """Log the state as it was read; return the streams that have something new.

        None stands for what is of no known type: then nothing is told, and the letters
        stay. It counts as committed now, in microseconds since 1970. What the stream cannot tell is
        left out.
        """
        async with self.growth.growing():
            outbox = self.outboxes.get(wanted.stream_id)
            if outbox is None or events is None:
                self._end(wanted, f"{wanted.subject_uri} is of no type that is defined here")
                return set()
            passing = map(self.outboxes.erasures.let_through, events)
            committed = max(now, outbox.stream.begins)
            dated = [replace(event, committed=committed) for event in passing if event is not None]
            logged = await self.letters.replay(
                wanted.stream_id,
                wanted.positions,
                [event for event in dated if outbox.stream.tells_of(event, in_snapshot=True)],
            )
            self._end(wanted, None)
            if logged is None:
                return set()
            outbox.dead_letters -= len(wanted.positions)
            return self.outboxes.share_out(logged)

    def _end(self, wanted: StateWanted, failure: str | None) -> None:
        for entry in [each for each in self._wanted if each[0] is wanted]:
            self._wanted.remove(entry)
            _, told = entry
            if told.done():
                continue
            if failure is None:
                told.set_result(None)
            else:
                told.set_exception(RestateError(failure))
