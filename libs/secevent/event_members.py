"""What a member of an event's payload must look like (CAEP 1.0 section 2, RISC 1.0 section 2)."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from secevent.errors import InvalidRequestError

# RFC 5646 section 2.1, loosely: subtags of letters and digits, the first one of letters
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of value, in words that go on after "must be"."""

    words: str
    fits: Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class EventMember:
    """One member of a payload."""

    shape: Shape
    is_required: bool = False


def one_of(*values: str) -> Shape:
    """Return the shape of a member that has one of these values."""
    return Shape(f"one of {', '.join(values)}", lambda value: value in values)


def check_members(
    payload: Mapping[str, object], members: Mapping[str, EventMember], *, place: str
) -> None:
    """Raise `InvalidRequestError` with the path of the first member that is wrong or missing.

    `place` is the path of the payload. Other members may be there, with any value.
    """
    for name, member in members.items():
        if name in payload:
            if not member.shape.fits(payload[name]):
                raise InvalidRequestError(f"{place}.{name} must be {member.shape.words}")
        elif member.is_required:
            raise InvalidRequestError(f"{place}.{name} is missing: it must be {member.shape.words}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_timestamp(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value) and value >= 0


def _is_localized(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_LANGUAGE_TAG.fullmatch(tag) and _is_text(text) for tag, text in value.items())
    )


TEXT: Final = Shape("a string that is not empty", _is_text)
TEXTS: Final = Shape(
    "an array of strings, none of them empty",
    lambda value: isinstance(value, list) and all(map(_is_text, value)),
)
OBJECT: Final = Shape(
    "a JSON object with a member for each claim",
    lambda value: isinstance(value, dict) and value != {},
)
TIMESTAMP: Final = Shape("a number: seconds since 1970", _is_timestamp)
LOCALIZED: Final = Shape(
    'a JSON object of texts by language tag, such as {"en": "left the company"}', _is_localized
)
INITIATING_ENTITY: Final = one_of("admin", "user", "policy", "system")
