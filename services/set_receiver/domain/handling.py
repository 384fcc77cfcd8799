"""What is done with what a stream receives, as it was configured when that came."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import orjson


class RouteMode(Enum):
    """How a SET goes on to the tenant's transmit streams."""

    FORWARD = "FW"
    """As it came."""
    PUBLISH = "PB"
    """What it says, signed by the tenant's issuer."""


class Action(Enum):
    """What a reaction does to the resource of its subject."""

    DEACTIVATE = "deactivate"
    ACTIVATE = "activate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Handling:
    """Whether events are applied here, how they go on (None: not), and what they set off here."""

    applies: bool = True
    route_mode: RouteMode | None = None
    reactions: tuple[tuple[str, Action], ...] = ()
    """By an event type's URI."""

    def action_for(self, event_uris: Mapping[str, object]) -> Action | None:
        """Return what the events of a SET set off; of several, the one configured first."""
        found = (action for uri, action in self.reactions if uri in event_uris)
        return next(found, None) if self.applies else None


APPLY: Final = Handling()


def handling_text(handling: Handling) -> str:
    """Return what a receipt keeps; empty for what is usual."""
    if handling == APPLY:
        return ""
    members = {
        "applies": handling.applies,
        "route_mode": handling.route_mode and handling.route_mode.value,
        "reactions": {uri: action.value for uri, action in handling.reactions},
    }
    return orjson.dumps(members).decode()


def parse_handling(text: str) -> Handling:
    """Return what a receipt kept; one of before kept nothing."""
    if not text:
        return APPLY
    members = orjson.loads(text)
    mode = members["route_mode"]
    return Handling(
        members["applies"],
        RouteMode(mode) if mode else None,
        tuple((uri, Action(action)) for uri, action in members["reactions"].items()),
    )
