"""An event as it looks to a receiver that may see some attributes alone (RFC 9967 section 2.4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import orjson

from set_transmitter.domain.events import Event

_ALWAYS: Final = frozenset({"id", "schemas"})
_VIEWS: Final = 4_096


@dataclass(frozen=True, slots=True)
class _View:
    """The paths of what is shown, in lower case; of what has others in it, all is shown."""

    paths: frozenset[str]

    def shows(self, path: str) -> bool:
        """Tell whether all at a path is shown."""
        return any(each in self.paths for each in _path_and_holders(path.lower()))

    def shown_within(self, path: str) -> list[str]:
        """Return the paths of what is shown of a value that is not shown as a whole."""
        starts = (f"{path.lower()}.", f"{path.lower()}:")
        return [each for each in sorted(self.paths) if each.startswith(starts)]


def seen_through(event: Event, attributes: Sequence[str]) -> Event | None:
    """Return an event with what is shown of it, None where that is nothing.

    Id and schemas are always shown. The externalId of the subject is a value like any other.
    """
    view = _view(tuple(attributes))
    external_id = event.external_id if view.shows("externalId") else ""
    event = replace(event, external_id=external_id)
    match event.kind:
        case "activate" | "deactivate":
            return event if view.shows("active") else None
        case "signal":
            return _signal_seen(event, view)
        case "create" | "put" | "patch":
            return _change_seen(event, attributes, view)
        case _:
            return event


def _signal_seen(event: Event, view: _View) -> Event | None:
    """Return what is seen of a signal: nothing, unless all that it comes of is shown."""
    if not all(map(view.shows, event.attributes)):
        return None
    return event if view.shows("emails") else replace(event, subject=None)


def _change_seen(event: Event, attributes: Sequence[str], view: _View) -> Event | None:
    shown = tuple(path for each in event.attributes for path in _names(each, attributes, view))
    if event.kind != "create" and _ALWAYS.issuperset(shown):
        return None
    if event.data is None:
        return replace(event, attributes=shown)
    data = orjson.loads(event.data)
    if event.kind != "patch":
        told = _members(data, view, holder="")
        return replace(event, attributes=shown, data=orjson.dumps(told))
    operations = [each for one in data["Operations"] for each in _operation(one, view)]
    told_data = orjson.dumps({**data, "Operations": operations}) if operations else None
    return replace(event, attributes=shown, data=told_data)


def _names(path: str, attributes: Sequence[str], view: _View) -> list[str]:
    """Return what of a changed path may be named: it, or those in it that are shown."""
    if view.shows(path):
        return [path]
    within = view.shown_within(path)
    return [each for each in attributes if each.lower() in within]


def _members(
    value: Mapping[str, Any], view: _View, *, holder: str, separator: str = "."
) -> dict[str, Any]:
    """Return the members that are shown, and of those that are not what is shown in them."""
    shown = {}
    for name, member in value.items():
        path = f"{holder}{separator}{name}" if holder else name
        if view.shows(path):
            shown[name] = member
        elif isinstance(member, dict):
            is_extension = not holder and ":" in name
            within = _members(member, view, holder=path, separator=":" if is_extension else ".")
            if within:
                shown[name] = within
    return shown


def _operation(operation: Mapping[str, Any], view: _View) -> Iterator[Mapping[str, Any]]:
    """Yield what is shown of a PATCH operation.

    Of an attribute with several values all is shown or nothing: of its elements alone the receiver
    could not tell which one a path selects.
    """
    path = str(operation["path"])
    attribute, bracket, _ = path.partition("[")
    if view.shows(attribute):
        yield operation
    elif not bracket and view.shown_within(attribute):
        value = operation.get("value")
        if value is None:
            yield operation
        elif isinstance(value, dict) and (within := _members(value, view, holder=attribute)):
            yield {**operation, "value": within}


@lru_cache(_VIEWS)
def _view(attributes: tuple[str, ...]) -> _View:
    return _View(_ALWAYS.union(path.lower() for path in attributes))


def _path_and_holders(path: str) -> Iterator[str]:
    """Yield a path, the attribute that it goes through, and the schema; a URN has points, too."""
    yield path
    schema, colon, name = path.rpartition(":")
    top, point, _ = name.partition(".")
    if point:
        yield f"{schema}{colon}{top}"
    if colon:
        yield schema
