"""Reading JSON strictly: what RFC 7493 forbids is refused, and members have the type asked for."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from secevent.errors import InvalidRequestError


def parse_json_object(text: bytes) -> dict[str, object]:
    """Parse a JSON object, refusing duplicate members anywhere in it (RFC 8417 section 2.2)."""
    try:
        value = orjson.loads(text)
        # what cannot be written again (nested too deeply) must not get in
        written = orjson.dumps(value)
        # orjson keeps the last of two equal members, so the standard library looks for them, which
        # takes far longer; what is written again to the letter has lost none
        if written != text:
            _DUPLICATE_FINDER.decode(text.decode())
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidRequestError("It is not JSON in UTF-8, or is nested too deeply.") from error
    return object_value(value, "The JSON text")


def _refuse_duplicates(members: Sequence[tuple[str, object]]) -> None:
    names = {name for name, _ in members}
    if len(names) != len(members):
        raise InvalidRequestError("A JSON object has two members of the same name.")


_DUPLICATE_FINDER: Final = json.JSONDecoder(object_pairs_hook=_refuse_duplicates)


def object_value(value: object, name: str) -> dict[str, object]:
    """Return `value` if it is a JSON object."""
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{name} must be a JSON object.")
    return value


def text_value(value: object, name: str) -> str:
    """Return `value` if it is a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise InvalidRequestError(f"{name} must be a non-empty string.")
    return value


def text_member(members: Mapping[str, object], name: str) -> str:
    """Return a required member that is a string and not empty."""
    return text_value(members.get(name), name)


def optional_text_member(members: Mapping[str, object], name: str) -> str | None:
    """Return a member that is a string and not empty, where it is present."""
    return text_member(members, name) if name in members else None


def texts_value(value: object, name: str) -> tuple[str, ...]:
    """Return an array of strings, none of them empty, as a tuple."""
    if not isinstance(value, list):
        raise InvalidRequestError(f"{name} must be an array of strings.")
    return tuple(text_value(element, f"Each element of {name}") for element in value)


def numeric_date(value: object, name: str) -> int:
    """Return a NumericDate in whole seconds (RFC 7519 section 2)."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return int(value)
    raise InvalidRequestError(f"{name} must be a number of seconds since 1970 (NumericDate).")
