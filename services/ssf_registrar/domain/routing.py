"""What becomes of the events of a receive stream, and which transmit streams carry them on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.members import object_member, optional_text

MEMBERS: Final = ("disposition", "route_mode", "reactions")
_ADMIN: Final = "admin"
_MOST_REACTIONS: Final = 50
_LONGEST_URI: Final = 500
# These are acted on without being told to.
_PROVISIONING: Final = "urn:ietf:params:scim:event:"
_OF_STREAMS: Final = "https://schemas.openid.net/secevent/ssf/"
T = TypeVar("T", bound=StrEnum)


class Disposition(StrEnum):
    """What a receive stream's events become."""

    APPLY = "apply"
    """Changes here."""
    ROUTE = "route"
    """Events of transmit streams of the tenant."""
    BOTH = "both"


class RouteMode(StrEnum):
    """What i2goSignals calls this member, and how it spells it."""

    IMPORT = "IM"
    FORWARD = "FW"
    """The token goes on as it came."""
    PUBLISH = "PB"
    """What it says is signed anew, by the tenant's issuer."""


class Action(StrEnum):
    """What a reaction does to the subject."""

    DEACTIVATE = "deactivate"
    ACTIVATE = "activate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Routing:
    """The members `disposition`, `route_mode` and `reactions` of a stream.

    A transmit stream has no disposition. One that forwards carries the tokens of its `iss` that
    receive streams forward, and no others; any other publishes.
    """

    disposition: Disposition = Disposition.APPLY
    route_mode: RouteMode | None = None
    """None is what follows from the rest: nothing is routed, or a transmit stream publishes."""
    reactions: tuple[tuple[str, Action], ...] = ()
    """By an event type's URI."""

    @property
    def forwards(self) -> bool:
        """Whether tokens pass as they came."""
        return self.route_mode is RouteMode.FORWARD


NONE: Final = Routing()


def receive_routing(members: Mapping[str, object]) -> Routing:
    """Return what the members of a receive stream say; null and absent are the defaults.

    `route_mode` alone says the rest, as clients of i2goSignals send it.
    """
    mode = _one_of(members, "route_mode", RouteMode)
    disposition = _one_of(members, "disposition", Disposition) or _implied_by(mode)
    routes = disposition is not Disposition.APPLY
    if mode is not None and routes is (mode is RouteMode.IMPORT):
        raise InvalidRequestError(
            f"disposition {disposition} does not go with route_mode {mode}: IM goes with apply,"
            " and FW and PB with route and both"
        )
    reactions = _reactions(members)
    if reactions and disposition is Disposition.ROUTE:
        raise InvalidRequestError(
            "reactions must be left out where the disposition is route: nothing is done here then"
        )
    return Routing(disposition, (mode or RouteMode.PUBLISH) if routes else None, reactions)


def transmit_routing(members: Mapping[str, object]) -> Routing:
    """Return what the members of a transmit stream say."""
    for name in ("disposition", "reactions"):
        if members.get(name) is not None:
            raise InvalidRequestError(f"{name} is for receive streams: leave it out")
    mode = _one_of(members, "route_mode", RouteMode)
    if mode is RouteMode.IMPORT:
        raise InvalidRequestError("route_mode must be FW or PB: a transmit stream imports nothing")
    return Routing(route_mode=mode if mode is RouteMode.FORWARD else None)


def changed_routing(
    current: Routing, members: Mapping[str, object], *, receives: bool, is_admin: bool
) -> Routing:
    """Return what a change asks for, which an administrator alone may ask.

    A transmit stream keeps how it speaks, as its `iss` follows from that.
    """
    parse = receive_routing if receives else transmit_routing
    given = {
        name: members[name]
        for name in MEMBERS
        if name in members and (receives or members[name] is not None)
    }
    changed = parse({**_kept(current, given), **given})
    if changed == current:
        return current
    if not is_admin:
        raise MissingScopeError(_ADMIN, purpose="a change of what becomes of received events")
    if not receives:
        raise InvalidRequestError(
            "route_mode of a transmit stream stays as it is: make another stream"
        )
    return changed


def routing_members(routing: Routing) -> dict[str, object]:
    """Return the members that say it; none where all is as it is by default."""
    members: dict[str, object] = {}
    if routing.disposition is not Disposition.APPLY:
        members["disposition"] = routing.disposition.value
    if routing.route_mode is not None:
        members["route_mode"] = routing.route_mode.value
    if routing.reactions:
        members["reactions"] = {uri: action.value for uri, action in routing.reactions}
    return members


def stored_routing(members: Mapping[str, object] | None) -> Routing:
    """Return the routing of which `routing_members` was stored; nothing was, before there was any.

    It was judged when it came, so there is no direction to judge by.
    """
    given = members or {}
    mode = _one_of(given, "route_mode", RouteMode)
    disposition = _one_of(given, "disposition", Disposition) or Disposition.APPLY
    return Routing(disposition, mode, _reactions(given))


def _kept(current: Routing, given: Mapping[str, object]) -> dict[str, object]:
    """Return the present members, without those that a given one leaves no place for."""
    members = routing_members(current)
    if given.get("disposition", "") in {None, Disposition.APPLY}:
        members.pop("route_mode", None)
    if given.get("route_mode") == RouteMode.IMPORT:
        members.pop("disposition", None)
    return members


def _implied_by(mode: RouteMode | None) -> Disposition:
    return Disposition.APPLY if mode in {None, RouteMode.IMPORT} else Disposition.ROUTE


def _one_of(members: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    given = optional_text(members, name)
    if given is None:
        return None
    try:
        return kind(given)
    except ValueError:
        raise InvalidRequestError(f"{name} must be one of {', '.join(kind)}") from None


def _reactions(members: Mapping[str, object]) -> tuple[tuple[str, Action], ...]:
    given = object_member(members, "reactions") or {}
    if len(given) > _MOST_REACTIONS:
        raise InvalidRequestError(f"reactions must have at most {_MOST_REACTIONS} members")
    return tuple(sorted((_event_type(uri), _action(given, uri)) for uri in given))


def _event_type(uri: str) -> str:
    if ":" not in uri or len(uri) > _LONGEST_URI or not uri.isprintable():
        raise InvalidRequestError(
            "the names of the members of reactions must be URIs of event types, e.g."
            " https://schemas.openid.net/secevent/risc/event-type/account-disabled"
        )
    if uri.startswith((_PROVISIONING, _OF_STREAMS)):
        raise InvalidRequestError(
            f"reactions must not name {uri}: what it tells is acted on without a reaction"
        )
    return uri


def _action(given: Mapping[str, object], uri: str) -> Action:
    try:
        return Action(str(given[uri]))
    except ValueError:
        raise InvalidRequestError(f"reactions[{uri}] must be one of {', '.join(Action)}") from None
