"""The one place that says which values are the same (RFC 7643 sections 2.2 and 2.3)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unicodedata import normalize

from scim.attributes import Attribute, AttributeType

_TEXTS = (AttributeType.STRING, AttributeType.REFERENCE, AttributeType.BINARY)
_NUMBERS = (AttributeType.INTEGER, AttributeType.DECIMAL)
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def comparison_key(attribute: Attribute, value: object) -> str | float | bool | None:
    """Return what stands for `value` where values of `attribute` are compared or ordered.

    Equal keys mean equal values. A date is microseconds since 1970, so that instants compare
    whatever their time zones. None: the value is not of the attribute's type.
    """
    if isinstance(value, str):
        return _text_key(attribute, value)
    if isinstance(value, bool):
        return value if attribute.type is AttributeType.BOOLEAN else None
    if isinstance(value, int | float):
        return value if attribute.type in _NUMBERS else None
    return None


def key_function(attribute: Attribute) -> Callable[[Any], str | float | bool | None]:
    """Return `comparison_key` for values of one attribute, faster where these are many."""
    if attribute.type not in _TEXTS:
        return partial(comparison_key, attribute)
    of_text = _itself if attribute.case_exact else folded
    return lambda value: of_text(value) if isinstance(value, str) else None


def _itself(text: str) -> str:
    return text


def is_same(attribute: Attribute, value: object, other: object) -> bool:
    """Whether the two mean the same: simple values by their keys, all else as JSON."""
    key = comparison_key(attribute, value)
    return value == other if key is None else key == comparison_key(attribute, other)


def _text_key(attribute: Attribute, value: str) -> str | int | None:
    if attribute.type is AttributeType.DATE_TIME:
        return microseconds(value)
    if attribute.type not in _TEXTS:
        return None
    return value if attribute.case_exact else folded(value)


def folded(text: str) -> str:
    """Return `text` without differences of case or of Unicode composition."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFD", text).casefold())


def microseconds(text: str) -> int | None:
    """Return the instant of an xsd:dateTime, in UTC if it has no zone; None if it is none."""
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
