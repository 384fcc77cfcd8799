"""Redelivering a part of the log to one stream's receiver, because somebody asks for it."""

from dataclasses import dataclass

from set_transmitter.domain.identifiers import position_in


@dataclass(frozen=True, slots=True)
class ToPosition:
    """Back to one event, which must be one of the stream's."""

    position: int


@dataclass(frozen=True, slots=True)
class ToDate:
    """Back to the first event that was committed at a moment or later.

    Microseconds since 1970. What is from before the stream's own time stays out.
    """

    committed: int


ResetTarget = ToPosition | ToDate


@dataclass(frozen=True, slots=True)
class Reset:
    """What is wanted. With `anew` the SETs get new jtis (a reissue).

    One that came through the stream's configuration has the revision that brought it, and is done
    once.
    """

    target: ResetTarget
    anew: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True)
class RequestedReset:
    """What a configuration asks for: a jti, or (without one) microseconds since 1970."""

    jti: str
    date: int
    revision: int

    def to_do(self, epoch: str, stream_id: str) -> Reset:
        """Return what is to be done in the log of a name; a foreign jti is nowhere in it."""
        if not self.jti:
            return Reset(ToDate(self.date), revision=self.revision)
        position = position_in(self.jti, epoch=epoch, stream_id=stream_id) or 0
        return Reset(ToPosition(position), revision=self.revision)


@dataclass(frozen=True, slots=True)
class FromPosition:
    """All that the stream has from a position on is pending again."""

    first: int


@dataclass(frozen=True, slots=True)
class BySnapshot:
    """The log does not reach so far back any more: a snapshot has begun instead."""


@dataclass(frozen=True, slots=True)
class NotInLog:
    """There is no such event of this stream; nothing is redelivered."""


@dataclass(frozen=True, slots=True)
class BeyondRetention:
    """The log does not reach so far back, and the stream delivers no create events.

    Nothing is redelivered: a snapshot is made of those.
    """


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """A configuration's reset that has taken effect."""


ResetOutcome = FromPosition | BySnapshot | NotInLog | BeyondRetention | DoneBefore
