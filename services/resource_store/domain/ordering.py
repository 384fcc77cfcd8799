"""The order of what a search finds, and places in it (RFC 7644 section 3.4.2.3)."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from resource_store.domain.keys import Key


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a resource: by its sort key, and by its id among those of the same key.

    Without a sort key a place is behind all that have one; no two resources have the same place.
    """

    key: Key | None
    id: str


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an order: so many places after some that are skipped, all beyond a mark.

    Where it `is_reversed`, the order is gone through from its end, and "beyond" is before.
    """

    beyond: Mark | None
    is_reversed: bool
    skip: int
    limit: int


def windowed(marks: Iterable[Mark], window: Window) -> list[Mark]:
    """Return the marks within the window, in the order in which it goes through them."""
    beyond = window.beyond
    if beyond is not None:
        marks = (mark for mark in marks if _is_beyond(mark, beyond, window))
    first = heapq.nlargest if window.is_reversed else heapq.nsmallest
    return list(islice(first(window.skip + window.limit, marks, key=place), window.skip, None))


def place(mark: Mark) -> tuple[int, Key, str]:
    """Return what orders marks: numbers, then texts by code points, then what has no key."""
    match mark.key:
        case None:
            return 2, 0, mark.id
        case str() as text:
            return 1, text, mark.id
        case number:
            return 0, number, mark.id


def _is_beyond(mark: Mark, beyond: Mark, window: Window) -> bool:
    return place(mark) < place(beyond) if window.is_reversed else place(mark) > place(beyond)
