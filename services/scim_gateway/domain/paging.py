"""Which page of a query is asked for: by an index, or by a cursor (RFC 9865)."""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from scim.errors import InvalidCountError, InvalidCursorError, InvalidValueError

DEFAULT_COUNT: Final = 100
MAX_COUNT: Final = 1000
_MAX_START_INDEX: Final = 2**32 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")
_INDEX_CLAUSE = "RFC 7644 section 3.4.2.4"
_CURSOR_CLAUSE = "RFC 9865 section 2"


@dataclass(frozen=True, slots=True)
class PageSizes:
    """How many resources a page has: those not asked for, and at most."""

    maximum: int = MAX_COUNT
    """The ServiceProviderConfig's filter.maxResults and pagination.maxPageSize."""

    @property
    def default(self) -> int:
        """The ServiceProviderConfig's pagination.defaultPageSize."""
        return min(DEFAULT_COUNT, self.maximum)

    def bounded(self, count: int | None) -> int:
        """Return how many to give where `count` are asked for (RFC 7644 section 3.4.2.4)."""
        return min(max(count if count is not None else self.default, 0), self.maximum)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """RFC 7644 section 3.4.2.4."""

    start_index: int
    count: int


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page of a walk: the first by an empty cursor, each other by one that was given."""

    cursor: str
    count: int
    is_count_chosen: bool


Paging: TypeAlias = IndexPage | CursorPage


def parse_paging(*, start_index: object, count: object, cursor: object, sizes: PageSizes) -> Paging:
    """Return the page of parameters or of a SearchRequest's members; None where one is not given.

    Without any of them it is by index, as clients of before RFC 9865 expect it (section 2.4).
    """
    if cursor is None:
        return IndexPage(_start_index(start_index), sizes.bounded(_integer("count", count)))
    if start_index is not None:
        raise InvalidValueError(
            "startIndex and cursor exclude each other: give one of them",
            attribute_path="cursor",
            clause=_CURSOR_CLAUSE,
        )
    if not isinstance(cursor, str):
        raise InvalidCursorError("must be a string", attribute_path="cursor", clause=_CURSOR_CLAUSE)
    chosen = sizes.bounded(_count_of_walk(count))
    return CursorPage(cursor, chosen, is_count_chosen=count is not None)


def _start_index(given: object) -> int:
    number = _integer("startIndex", given)
    return min(max(number if number is not None else 1, 1), _MAX_START_INDEX)


def _count_of_walk(given: object) -> int | None:
    try:
        return _integer("count", given)
    except InvalidValueError as error:
        raise InvalidCountError(
            error.detail, attribute_path="count", clause="RFC 9865 section 2.1"
        ) from None


def _integer(name: str, value: object) -> int | None:
    """Return a number of JSON, or one that a URI's parameter spells."""
    if isinstance(value, UriText) and _INTEGER.fullmatch(value):
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidValueError("must be an integer", attribute_path=name, clause=_INDEX_CLAUSE)


class UriText(str):
    """The value of a URI's parameter, where a number is a text; in JSON a text is none."""

    __slots__ = ()
