"""Cursors of searches (RFC 9865): where a walk through what a filter matches goes on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from resource_store.domain.ordering import Mark


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page of a walk: the next `count` resources beyond a mark, or those before it.

    Without a mark the page begins at an end of the walk: the first page, or going back the last.
    """

    beyond: Mark | None
    is_backward: bool
    count: int
    total: int | None
    """How many there were at the first page, where that is known."""
    issued: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a walk goes on from a page, and back; None where there is nothing."""

    next: Cursor | None
    previous: Cursor | None


def encoded(cursor: Cursor) -> bytes:
    """Return what is sealed of a cursor."""
    beyond = None if cursor.beyond is None else [cursor.beyond.key, cursor.beyond.id]
    return orjson.dumps([beyond, cursor.is_backward, cursor.count, cursor.total, cursor.issued])


def decoded(content: bytes) -> Cursor:
    """Return the cursor of what was sealed."""
    beyond, is_backward, count, total, issued = orjson.loads(content)
    return Cursor(None if beyond is None else Mark(*beyond), is_backward, count, total, issued)


def query_hash(*parts: str | Sequence[str] | bool | None) -> bytes:
    """Return what a cursor is bound to: whose query it is of, and what that asks for."""
    return hashlib.sha256(orjson.dumps(parts)).digest()


def neighbours(page: Cursor, marks: Sequence[Mark], *, is_more: bool) -> Neighbours:
    """Return where to go from a page with these marks, in the walk's order.

    `is_more` says that there are resources beyond the page, in the direction of its cursor. What
    may be at its other side is not looked for: the client comes from there.
    """
    if not page.count:
        return Neighbours(None, None)
    first = marks[0] if marks else None
    last = marks[-1] if marks else None
    on, back = replace(page, beyond=last, is_backward=False), replace(page, beyond=first)
    back = replace(back, is_backward=True)
    if page.is_backward:
        return Neighbours(on if page.beyond else None, back if is_more else None)
    return Neighbours(on if is_more else None, back if page.beyond else None)
