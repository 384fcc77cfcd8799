"""Walks by cursors over an order in memory, and the seal of cursors."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resource_store.adapters.aes_gcm_cursors import AesGcmCursors, new_cursor_key
from resource_store.domain.ordering import Mark, Window, place, windowed
from resource_store.domain.search_cursors import Cursor, decoded, encoded, neighbours, query_hash

KEYS = st.none() | st.sampled_from(["a", "b"]) | st.integers(0, 3)
MARKS = st.builds(Mark, KEYS, st.text("abc", min_size=1, max_size=3))
PLACES = st.lists(MARKS, max_size=20, unique_by=lambda mark: mark.id)
CURSORS = st.builds(
    Cursor,
    st.none() | MARKS,
    st.booleans(),
    st.integers(0, 1000),
    st.none() | st.integers(0, 2**40),
    st.integers(0, 2**53),
)
FIRST = Cursor(beyond=None, is_backward=False, count=0, total=None, issued=0)


def page(marks: Sequence[Mark], at: Cursor) -> tuple[list[Mark], bool]:
    """Return a page of a walk in ascending order, and whether more is beyond it."""
    found = windowed(marks, Window(at.beyond, at.is_backward, skip=0, limit=at.count + 1))
    shown = found[: at.count]
    return (shown[::-1] if at.is_backward else shown), len(found) > at.count


def walked(marks: Sequence[Mark], begin: Cursor) -> list[list[Mark]]:
    pages, at = [], begin
    while True:
        shown, is_more = page(marks, at)
        pages.append(shown)
        after = neighbours(at, shown, is_more=is_more).next
        if after is None:
            return pages
        at = after


@given(PLACES, st.integers(1, 5))
def test_a_walk_gives_each_place_once_in_order(marks: list[Mark], count: int) -> None:
    pages = walked(marks, Cursor(None, is_backward=False, count=count, total=None, issued=0))

    assert [mark for shown in pages for mark in shown] == sorted(marks, key=place)
    assert all(len(shown) == count for shown in pages[:-1])


@given(PLACES, st.integers(1, 5))
def test_the_way_back_from_the_end_is_the_way_there(marks: list[Mark], count: int) -> None:
    at: Cursor | None = Cursor(None, is_backward=True, count=count, total=None, issued=0)
    back: list[Mark] = []
    while at is not None:
        shown, is_more = page(marks, at)
        back = shown + back
        at = neighbours(at, shown, is_more=is_more).previous

    assert back == sorted(marks, key=place)


@given(PLACES, PLACES, st.integers(1, 4), st.data())
def test_what_stays_is_given_once_whatever_comes_and_goes(
    before: list[Mark], others: list[Mark], count: int, data: st.DataObject
) -> None:
    present = {mark.id: mark for mark in before}
    stays = set(present)
    given_ids: list[str] = []
    at: Cursor | None = Cursor(None, is_backward=False, count=count, total=None, issued=0)
    while at is not None:
        shown, is_more = page(list(present.values()), at)
        given_ids += [mark.id for mark in shown]
        at = neighbours(at, shown, is_more=is_more).next
        if others:
            joiner = others.pop()
            present.setdefault(joiner.id, joiner)
        if present and data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(present)))
            del present[gone]
            stays.discard(gone)

    assert [each for each in given_ids if each in stays and given_ids.count(each) > 1] == []
    assert stays <= set(given_ids)


def test_a_page_of_nothing_leads_nowhere() -> None:
    found = neighbours(FIRST, [], is_more=True)

    assert (found.next, found.previous) == (None, None)


@given(CURSORS)
def test_a_cursor_is_read_back(cursor: Cursor) -> None:
    assert decoded(encoded(cursor)) == cursor


@given(st.binary(max_size=60), st.data())
def test_a_seal_is_broken_by_any_change(content: bytes, data: st.DataObject) -> None:
    seal, bound_to = AesGcmCursors(new_cursor_key()), query_hash("tenant")
    text = seal.seal(content, bound_to=bound_to)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("Az0-_~.%\u00e4").filter(lambda each: each != text[at]))

    assert seal.open(text, bound_to=bound_to) == content
    assert seal.open(text[:at] + other + text[at + 1 :], bound_to=bound_to) is None
    assert seal.open(text, bound_to=query_hash("another")) is None
    assert AesGcmCursors(new_cursor_key()).open(text, bound_to=bound_to) is None


@given(st.text())
def test_no_text_opens_that_was_not_sealed(text: str) -> None:
    assert AesGcmCursors(new_cursor_key()).open(text, bound_to=b"") is None


@pytest.mark.parametrize("other", [("a", ("bc",)), ("ab", ("c",)), ("a", None), ("a", False)])
def test_queries_have_hashes_of_their_own(other: tuple[object, ...]) -> None:
    assert query_hash("a", ("b", "c")) != query_hash(*other)  # type: ignore[arg-type]
