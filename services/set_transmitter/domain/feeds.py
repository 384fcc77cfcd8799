"""What the receiver of a stream may see: the resources of its feed, and some of their attributes.

An event is told as it looks from within the feed (RFC 9967 section 2.3, ADR 0036).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import orjson

from scim.errors import ScimError
from scim.evaluation import Predicate, predicate
from scim.filters import parse_filter
from scim.resource_type import ResourceType
from secevent.risc_events import ACCOUNT_PURGED
from set_transmitter.domain.attribute_views import seen_through
from set_transmitter.domain.events import Event, EventKind

_FILTERS: Final = 4_096
"""So many are kept ready, a filter counting once for each resource type."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The resources that match `filter`, and of these `attributes`; empty, either means all.

    The paths are in canonical names. `resource_types` are those that there are, by name.
    """

    filter: str = ""
    attributes: tuple[str, ...] = ()
    resource_types: Mapping[str, ResourceType] = field(
        default_factory=dict, repr=False, compare=False
    )

    def seen(self, event: Event, *, in_snapshot: bool) -> Event | None:
        """Return an event as it looks from within; None where nothing is to be seen of it.

        What others have made says all there is, of whom it will, so that no part of it is seen.
        """
        if not (self.filter or self.attributes):
            return event
        if event.is_of_others:
            return None
        if self.filter:
            moved = _moved(event, *_sides(self, event, in_snapshot=in_snapshot))
        else:
            moved = event
        if moved is None or not self.attributes:
            return moved
        return seen_through(moved, self.attributes)

    def holds(self, resource_type: str, resource: Mapping[str, Any]) -> bool:
        """Tell whether a resource is in the feed; one of a type that is not known is not."""
        known = self.resource_types.get(resource_type)
        if known is None:
            return False
        shown = {**resource, "meta": {"resourceType": resource_type}}
        return _predicate(self.filter, known)(shown)


@lru_cache(_FILTERS)
def _predicate(text: str, resource_type: ResourceType) -> Predicate:
    """Return a filter ready to be put to resources of a type.

    The registrar has parsed it. If it cannot be any more, as the schemas are others since, then
    nothing is shown.
    """
    try:
        return predicate(parse_filter(text, resource_type, unknown_is_unassigned=True))
    except ScimError:
        return lambda _resource: False


@dataclass(frozen=True, slots=True)
class _Sides:
    """Whether the resource was in the feed before, and is after; None where nobody knows."""

    was: bool | None
    is_now: bool | None


def _sides(feed: Feed, event: Event, *, in_snapshot: bool) -> tuple[_Sides, Mapping[str, Any]]:
    """Judge an event, and return the values before it, as far as they are known.

    A snapshot says of no resource whether the receiver was told of it.
    """
    values = event.resource
    if values is None:
        return _Sides(None, None), {}
    known = orjson.loads(values)
    holds = feed.holds(event.resource_type, known)
    if event.kind == "delete":
        return _Sides(holds, is_now=False), known
    if event.kind == "create":
        return _Sides(None if in_snapshot else False, holds), {}
    if event.replaced is None:
        return _Sides(None, holds), {}
    before = {**known, **orjson.loads(event.replaced)}
    was = feed.holds(event.resource_type, before) if event.replaced != b"{}" else holds
    return _Sides(was, holds), before


def _moved(event: Event, sides: _Sides, before: Mapping[str, Any]) -> Event | None:
    """Return what the receiver of a feed is told of an event."""
    if event.kind == "signal":
        return event if _is_signal_told(event, sides) else None
    kind = _kind_told(event.kind, sides)
    if kind is None or kind == event.kind:
        return event if kind else None
    external_id = event.external_id if kind == "feed_add" else before.get("externalId") or ""
    return replace(event, kind=kind, attributes=(), data=None, external_id=external_id)


def _is_signal_told(event: Event, sides: _Sides) -> bool:
    """Tell whether a signal is of a person who is in the feed, or was before the change.

    Where nobody knows it is of nobody; but for a deletion, as that of the resource is told.
    """
    known = [side for side in (sides.was, sides.is_now) if side is not None]
    return any(known) if known else event.event_type == ACCOUNT_PURGED


def _kind_told(kind: EventKind, sides: _Sides) -> EventKind | None:
    """Return as what the receiver of a feed is told of an event of a kind, if it is.

    A change of a resource that is not known to be in the feed is not shown. A deletion is, unless
    it is known not to have been there: missed, the receiver would keep the resource for good.
    """
    told: EventKind | None = None
    match kind, sides:
        case "put" | "patch", _Sides(was=False, is_now=True):
            told = "feed_add"
        case "create" | "put" | "patch", _Sides(is_now=True):
            told = kind
        case "create" | "put" | "patch", _Sides(was=True | None, is_now=False):
            told = "feed_remove"
        case "activate" | "deactivate", _Sides(was=True | None, is_now=True):
            told = kind
        case "delete", _Sides(was=True | None):
            told = kind
    return told
