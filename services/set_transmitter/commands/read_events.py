"""Reading the event log, for an administrator."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.identifiers import position_in
from set_transmitter.domain.logged_events import Standing
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import Stream
from set_transmitter.domain.tokens import event_type
from set_transmitter.ports.logged_events import LoggedEvents

_LONGEST_POSITION = 18


class UnknownEventError(Exception):
    """The log has no such event of the tenant, or none any more."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How a stream tells of an event, and where that stands."""

    stream_id: str
    jti: str
    event_type: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class ReadEvents:
    """Reads what a tenant has in the log."""

    events: LoggedEvents
    outboxes: Outboxes

    async def after(
        self, tenant: str, position: int, *, limit: int, stream_id: str | None
    ) -> Sequence[LoggedEvent]:
        """Return the first events after a position, of all or of one stream.

        Raises `UnknownStreamError`.
        """
        stream = self._stream(tenant, stream_id)
        return await self.events.after(tenant, position, limit=limit, stream=stream)

    async def newest(
        self, tenant: str, *, limit: int, stream_id: str | None
    ) -> Sequence[LoggedEvent]:
        """Return the last events, in the order of the log. Raises `UnknownStreamError`."""
        stream = self._stream(tenant, stream_id)
        return await self.events.newest(tenant, limit=limit, stream=stream)

    async def show(self, tenant: str, place: str) -> tuple[LoggedEvent, Sequence[Telling]]:
        """Return an event by its position or by a jti, and where it stands for each stream.

        Raises `UnknownEventError`.
        """
        position = self._position(place)
        logged = await self.events.get(tenant, position) if position else None
        if logged is None:
            raise UnknownEventError(
                f"there is no event {place[:200]} in the log: a position or a jti is wanted"
            )
        standings = await self.events.standings(tenant, logged.position)
        told = [(self.outboxes.get(each.stream_id), each.standing) for each in standings]
        return logged, [
            self._telling(outbox, logged, standing)
            for outbox, standing in told
            if outbox is not None and outbox.wants(logged)
        ]

    def _telling(self, outbox: Outbox, logged: LoggedEvent, standing: Standing) -> Telling:
        stream = outbox.stream
        told = stream.as_told(logged.event, in_snapshot=bool(logged.only_for))
        return Telling(
            stream_id=stream.stream_id,
            jti=outbox.jti_of(logged, epoch=self.outboxes.epoch),
            event_type=event_type(told or logged.event, stream),
            standing=standing,
        )

    def _stream(self, tenant: str, stream_id: str | None) -> Stream | None:
        if stream_id is None:
            return None
        outbox = self.outboxes.get(stream_id)
        if outbox is None or outbox.stream.tenant != tenant:
            raise UnknownStreamError(f"there is no stream {stream_id}")
        return outbox.stream

    def _position(self, place: str) -> int | None:
        if place.isascii() and place.isdigit():
            return int(place) if len(place) <= _LONGEST_POSITION else None
        stream_id = place.split("-", 2)[-1]
        return position_in(place, epoch=self.outboxes.epoch, stream_id=stream_id)
