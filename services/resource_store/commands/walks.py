"""Walks by cursors (RFC 9865 section 2): which page a cursor stands for, and which come next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resource_store.domain.ordering import Mark
from resource_store.domain.search_cursors import Cursor, decoded, encoded, neighbours
from resource_store.ports.cursor_seals import CursorSeal
from scim.errors import ExpiredCursorError, InvalidCountError, InvalidCursorError

_CLAUSE = "RFC 9865 section 2.1"


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page as a client asks for it: by an empty cursor the first of a walk."""

    cursor: str
    principal: str
    lifetime_seconds: int
    is_count_chosen: bool


@dataclass(frozen=True, slots=True)
class Walks:
    """Opens and seals cursors."""

    seal: CursorSeal
    now: Callable[[], int]

    def page(self, asked: CursorPage, *, count: int, bound_to: bytes) -> Cursor:
        """Return the page that is asked for; the cursors that follow it are issued now.

        Raises `InvalidCursorError`, `ExpiredCursorError` or `InvalidCountError`. What is forged,
        another client's or another query's is told alike (RFC 9865 section 5).
        """
        now = self.now()
        if not asked.cursor:
            return Cursor(beyond=None, is_backward=False, count=count, total=None, issued=now)
        content = self.seal.open(asked.cursor, bound_to=bound_to)
        if content is None:
            raise InvalidCursorError(
                "the cursor is none that this query was given: begin anew with an empty one",
                clause=_CLAUSE,
            )
        cursor = decoded(content)
        if cursor.issued + asked.lifetime_seconds * 1_000_000 < now:
            raise ExpiredCursorError(
                f"the cursor is older than {asked.lifetime_seconds} seconds:"
                " begin anew with an empty one",
                clause=_CLAUSE,
            )
        if asked.is_count_chosen and count != cursor.count:
            raise InvalidCountError(
                f"the first page of this cursor had the count {cursor.count}: keep to it",
                clause=_CLAUSE,
            )
        return replace(cursor, issued=now)

    def cursors(
        self, page: Cursor, marks: Sequence[Mark], *, is_more: bool, bound_to: bytes
    ) -> tuple[str, str]:
        """Return the next cursor and the previous one; an empty text where there is none."""
        found = neighbours(page, marks, is_more=is_more)
        return self._sealed(found.next, bound_to), self._sealed(found.previous, bound_to)

    def _sealed(self, cursor: Cursor | None, bound_to: bytes) -> str:
        return self.seal.seal(encoded(cursor), bound_to=bound_to) if cursor else ""
