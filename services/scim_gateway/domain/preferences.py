"""What a client would rather have (RFC 7240): a request answered before it is carried out."""

import re
from dataclasses import dataclass
from typing import Final

RESPOND_ASYNC: Final = "respond-async"
MAX_WAIT_SECONDS: Final = 50
"""A proxy in between waits for an answer for a minute, as a rule."""
_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WORD: Final = rf'(?:{_NAME}|"(?:[^"\\]|\\.)*")'
_PARAMETER: Final = rf"{_NAME}(?:[ \t]*=[ \t]*{_WORD})?"
_PREFERENCE: Final = re.compile(
    rf"[ \t]*(?P<name>{_NAME})(?:[ \t]*=[ \t]*(?P<value>{_WORD}))?"
    rf"(?:[ \t]*;[ \t]*(?:{_PARAMETER})?)*[ \t]*"
)
_ELEMENT: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
_QUOTED_PAIR: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`wait_seconds` is how long the client waits for the ordinary answer before the early one."""

    respond_async: bool
    wait_seconds: int


NONE: Final = Preferences(respond_async=False, wait_seconds=0)


def parse_preferences(header: str | None) -> Preferences:
    """Return what a Prefer header says, its lines joined by commas.

    What is unknown or malformed is ignored, and of one name the first counts (RFC 7240 section 2).
    """
    if not header:
        return NONE
    given: dict[str, str] = {}
    for element in _ELEMENT.findall(header):
        if found := _PREFERENCE.fullmatch(element):
            given.setdefault(found["name"].lower(), _unquoted(found["value"] or ""))
    # An empty value is the same as none (RFC 7240 section 2); this preference has no other.
    return Preferences(given.get(RESPOND_ASYNC) == "", _seconds(given.get("wait", "")))


def _unquoted(word: str) -> str:
    return _QUOTED_PAIR.sub(r"\1", word[1:-1]) if word.startswith('"') else word


def _seconds(value: str) -> int:
    is_number = value.isascii() and value.isdecimal()
    return min(int(value[:9]), MAX_WAIT_SECONDS) if is_number else 0
