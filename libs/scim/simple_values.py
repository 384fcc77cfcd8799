"""Values that have no sub-attributes (RFC 7643 section 2.3)."""

import re
from collections.abc import Callable, Mapping
from itertools import groupby
from math import isfinite
from unicodedata import combining

from scim.attributes import Attribute, AttributeType
from scim.errors import InvalidValueError
from scim.normalization import microseconds
from scim.profile import Profile
from scim.quirks import Quirk

_STRING = AttributeType.STRING
_BASE64 = r"(?:[{0}]{{4}})*(?:[{0}]{{2}}(?:==)?|[{0}]{{3}}=?)?"
_BINARY = re.compile(f"{_BASE64.format('A-Za-z0-9+/')}|{_BASE64.format('A-Za-z0-9_-')}")
_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_MARKS = 30
_BOOLEANS = {"true": True, "false": False}
_JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
}
_LARGEST_INTEGER = 2**63 - 1


def simple_value(attribute: Attribute, value: object, profile: Profile) -> str | float | bool:
    """Return `value`, which must be of the attribute's type."""
    if attribute.type is _STRING:
        return text_value(attribute, value)
    return _CHECKS[attribute.type](attribute, value, profile)


def text_value(attribute: Attribute, value: object) -> str:
    """Return `value`, which must be a string that any database can hold."""
    if not isinstance(value, str):
        raise _mismatch(attribute, value, "a string", "2.3.1")
    if value.isascii() and "\0" not in value:
        return value
    if _UNSTORABLE.search(value):
        raise InvalidValueError(
            f"{attribute.path} must not hold NUL or half of a surrogate pair",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.3.1",
        )
    if len(value) > _MOST_MARKS and _marks_in_a_row(value) > _MOST_MARKS:
        raise InvalidValueError(
            f"{attribute.path} must not hold more than {_MOST_MARKS} combining characters in a row",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.3.1",
        )
    return value


def _marks_in_a_row(text: str) -> int:
    """Return how many combining characters follow one another at most.

    The time to put them in their order grows with the square of it, and no language needs more
    than a few (Unicode Standard Annex 15 section 13, "Stream-Safe").
    """
    runs = groupby(map(combining, text), key=bool)
    return max((sum(1 for _ in run) for is_mark, run in runs if is_mark), default=0)


def _boolean(attribute: Attribute, value: object, profile: Profile) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and profile.has(Quirk.BOOLEAN_STRINGS) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise _mismatch(attribute, value, "true or false", "2.3.2")


def _decimal(attribute: Attribute, value: object, _: Profile) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _mismatch(attribute, value, "a number", "2.3.3")
    if abs(value) > _LARGEST_INTEGER or not isfinite(value):
        raise _mismatch(attribute, value, "a number of at most 64 bits", "2.3.3")
    return value


def _integer(attribute: Attribute, value: object, _: Profile) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _mismatch(attribute, value, "a number without fraction", "2.3.4")
    if abs(value) > _LARGEST_INTEGER:
        raise _mismatch(attribute, value, "a number of at most 64 bits", "2.3.4")
    return value


def _date_time(attribute: Attribute, value: object, _: Profile) -> str:
    text = text_value(attribute, value)
    if microseconds(text) is None:
        raise _mismatch(attribute, value, "a date and time like 2008-01-23T04:56:22Z", "2.3.5")
    return text


def _binary(attribute: Attribute, value: object, _: Profile) -> str:
    text = text_value(attribute, value)
    if not _BINARY.fullmatch(text):
        raise _mismatch(attribute, value, "base64 (RFC 4648 section 4 or 5)", "2.3.6")
    return text


def _reference(attribute: Attribute, value: object, profile: Profile) -> str:
    text = text_value(attribute, value)
    if not (_REFERENCE.fullmatch(text) or profile.has(Quirk.ANY_REFERENCE)):
        raise _mismatch(attribute, value, "a URI", "2.3.7")
    return text


def _mismatch(attribute: Attribute, value: object, wanted: str, section: str) -> InvalidValueError:
    given = "" if isinstance(value, str) and "string" not in wanted else f", not {json_type(value)}"
    return InvalidValueError(
        f"{attribute.path} must be {wanted}{given}",
        attribute_path=attribute.path,
        clause=f"RFC 7643 section {section}",
    )


def json_type(value: object) -> str:
    """Return what JSON calls a value of this type, for an error that must not tell the value."""
    return _JSON_TYPES.get(type(value), "something that JSON does not have")


_CHECKS: Mapping[AttributeType, Callable[[Attribute, object, Profile], str | float | bool]] = {
    AttributeType.BOOLEAN: _boolean,
    AttributeType.DECIMAL: _decimal,
    AttributeType.INTEGER: _integer,
    AttributeType.DATE_TIME: _date_time,
    AttributeType.BINARY: _binary,
    AttributeType.REFERENCE: _reference,
}
