"""Redelivering a part of the log to a stream's receiver, because somebody asks for it."""

from dataclasses import dataclass
from typing import Final, Literal

from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.domain.identifiers import position_in
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.resets import (
    BeyondRetention,
    BySnapshot,
    FromPosition,
    NotInLog,
    Reset,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.streams import Stream, StreamStatus
from set_transmitter.ports.stream_directory import StreamDirectory

BEGINNING: Final = "beginning"


@dataclass(frozen=True, slots=True)
class ToJti:
    """Back to the event that a SET of the stream was of, whichever generation it had."""

    jti: str


Target = ToJti | ToDate | Literal["beginning"]


class UnknownJtiError(Exception):
    """The jti names no event that the stream has had."""


class NoResetError(Exception):
    """The stream is there, and cannot be set back as it is."""


@dataclass(frozen=True, slots=True)
class Redelivery:
    """What comes again: a part of the log from a jti on, or else a snapshot instead of it."""

    jti: str | None
    pending: int


@dataclass(frozen=True, slots=True)
class ResetStream:
    """Sets one stream back, whatever it has had."""

    directory: StreamDirectory
    outboxes: Outboxes
    keep_streams: KeepStreams

    async def __call__(self, tenant: str, stream_id: str, *, to: Target, anew: bool) -> Redelivery:
        """Return when that is durable.

        Raises `UnknownStreamError`, `UnknownJtiError` or `NoResetError`, having changed nothing.
        """
        stream = await self._stream(tenant, stream_id)
        reset = Reset(self._target(stream, to), anew=anew)
        outcome = await self.keep_streams.set_back(tenant, stream_id, reset)
        outbox = self.outboxes.get(stream_id)
        pending = 0 if outbox is None else outbox.pending
        match outcome:
            case FromPosition(first):
                jti = None if outbox is None else outbox.jti_at(first, epoch=self.outboxes.epoch)
                return Redelivery(jti, pending)
            case BySnapshot():
                return Redelivery(None, pending)
            case NotInLog():
                raise _unknown(stream, to)
            case BeyondRetention():
                raise NoResetError(
                    f"the log does not reach so far back any more, and the stream {stream_id}"
                    " delivers no create events, of which a snapshot is made: request them first"
                )
        raise AssertionError("only a configuration's reset is done once")

    async def _stream(self, tenant: str, stream_id: str) -> Stream:
        # the journal may not have told yet that it was made, or enabled
        await self.keep_streams.look_again([(tenant, stream_id)])
        outbox = self.outboxes.get(stream_id)
        if outbox is None or outbox.stream.tenant != tenant:
            if await self.directory.receives(tenant, stream_id):
                raise NoResetError(
                    f"the stream {stream_id} receives: it is set back at its transmitter"
                )
            raise UnknownStreamError(f"there is no stream {stream_id}")
        if outbox.stream.status is StreamStatus.DISABLED:
            raise NoResetError(
                f"the stream {stream_id} is disabled, and drops what is for it: enable it first"
            )
        return outbox.stream

    def _target(self, stream: Stream, to: Target) -> ResetTarget:
        match to:
            case ToJti(jti):
                epoch, stream_id = self.outboxes.epoch, stream.stream_id
                position = position_in(jti, epoch=epoch, stream_id=stream_id)
                if position is None:
                    raise _unknown(stream, to)
                return ToPosition(position)
            case ToDate():
                return to
            case _:
                return ToDate(stream.begins)


def _unknown(stream: Stream, to: Target) -> UnknownJtiError:
    named = to.jti if isinstance(to, ToJti) else str(to)
    return UnknownJtiError(
        f"{named[:200]} is the jti of no event that this log has had for the stream"
        f" {stream.stream_id}"
    )
