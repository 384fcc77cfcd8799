"""Deciding what a stream's receiver may see (docs/streams.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scim.resource_type import ResourceType
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.feeds import MEMBERS, changed_feed, parse_feed
from ssf_registrar.domain.streams import Caller, Direction, Stream


@dataclass(frozen=True, slots=True)
class SetFeed:
    """Takes `filter` and `attributes` over from a body, as far as the caller may set them."""

    resource_types: Sequence[ResourceType]

    def of_new(self, stream: Stream, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Return a new stream with its feed; from who is no administrator it is ignored."""
        if not caller.is_admin:
            return stream
        _check_direction(stream, body)
        return replace(stream, feed=parse_feed(body, self.resource_types))

    def of_changed(
        self, stream: Stream, changed: Stream, caller: Caller, body: Mapping[str, object]
    ) -> Stream:
        """Return `changed`, made of `stream`, with the members that the body has; null deletes one.

        What it does not have stays, in a PUT too: a receiver that replaces what is its own to set
        must not see more by that.
        """
        if not caller.is_admin:
            _check_unchanged(stream, body)
            return changed
        _check_direction(stream, body)
        feed = changed_feed(stream.feed, body, self.resource_types)
        if feed == stream.feed:
            return changed
        return replace(changed, feed=feed, revision=stream.revision + 1)


def _check_direction(stream: Stream, body: Mapping[str, object]) -> None:
    given = [name for name in MEMBERS if body.get(name) is not None]
    if given and stream.direction is Direction.RECEIVE:
        raise InvalidRequestError(
            f"{given[0]} is for streams that transmit: what is received, its transmitter decides"
        )


def _check_unchanged(stream: Stream, body: Mapping[str, object]) -> None:
    for name, current in stream.feed.members.items():
        if name in body and body[name] != current:
            raise InvalidRequestError(
                f"{name} is the transmitter's to set: leave it out, or send it as it is now"
            )
