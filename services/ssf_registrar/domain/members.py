"""Reading the members of a request body, one error sentence for each that is wrong."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError

# RFC 9110 section 5.5: what may stand in a field value, obsolete characters aside
_FIELD_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")
_LONGEST_HEADER: Final = 8_000
_LONGEST_SHOWN: Final = 100


def text(members: Mapping[str, object], name: str, *, place: str = "") -> str:
    """Return a member that must be a string, and not empty; `place` is the path of `members`."""
    value = optional_text(members, name, place=place)
    if not value:
        raise InvalidRequestError(
            f"{_path(place, name)} is missing: it must be a string that is not empty"
        )
    return value


def optional_text(members: Mapping[str, object], name: str, *, place: str = "") -> str | None:
    """Return a member that is a string, or null or absent."""
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequestError(f"{_path(place, name)} must be a string")
    return value


def texts(members: Mapping[str, object], name: str, *, place: str = "") -> tuple[str, ...]:
    """Return a member that is an array of strings, each once; none when it is null or absent."""
    value = members.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InvalidRequestError(
            f"{_path(place, name)} must be an array of strings, none of them empty"
        )
    return tuple(dict.fromkeys(value))


def text_or_texts(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return a member that is a string or an array of them; none when it is null or absent."""
    value = members.get(name)
    return texts({name: [value]} if isinstance(value, str) else members, name)


def object_member(
    members: Mapping[str, object], name: str, *, place: str = ""
) -> Mapping[str, object] | None:
    """Return a member that is a JSON object, or null or absent."""
    value = members.get(name)
    if value is not None and not isinstance(value, dict):
        raise InvalidRequestError(f"{_path(place, name)} must be a JSON object")
    return value


def whole_number(
    members: Mapping[str, object], name: str, least: int, most: int, *, place: str = ""
) -> int | None:
    """Return a member that is an integer of these bounds, or null or absent."""
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRequestError(
            f"{_path(place, name)} must be a whole number from {least} to {most}"
        )
    return value


def flag(members: Mapping[str, object], name: str, *, place: str = "") -> bool | None:
    """Return a member that is a boolean, or null or absent."""
    value = members.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidRequestError(f"{_path(place, name)} must be true or false")
    return value


def check_members(members: Mapping[str, object], known: Sequence[str], *, place: str = "") -> None:
    """Refuse an object that has other members than the `known` ones."""
    for name in members:
        if name not in known:
            raise InvalidRequestError(
                f"{_path(place, name[:_LONGEST_SHOWN])} is no member of this:"
                f" there are {', '.join(known)}"
            )


def printable(value: str, path: str, *, longest: int) -> str:
    """Return a text that can be shown on one line, and is not too long."""
    if len(value) > longest or not value.isprintable():
        raise InvalidRequestError(
            f"{path} must be at most {longest:,} characters, none of them a control character"
        )
    return value


def header_value(members: Mapping[str, object], name: str) -> str | None:
    """Return a member that is to be sent as an HTTP header; None when it is empty or absent."""
    value = optional_text(members, name)
    if not value:
        return None
    if len(value) > _LONGEST_HEADER or not _FIELD_VALUE.fullmatch(value):
        raise InvalidRequestError(
            f"{name} must be the value of an HTTP header: visible ASCII characters"
            f" and spaces between them, at most {_LONGEST_HEADER:,} of them"
        )
    return value


def _path(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
