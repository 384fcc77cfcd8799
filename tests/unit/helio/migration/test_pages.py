"""What a walk by index makes of what shifts under it."""

import pytest

from helio.migration.capabilities import Capabilities
from helio.migration.pages import (
    WALKS,
    CursorPlace,
    IndexPlace,
    Page,
    ends_steady,
    first_place,
    next_place,
)

TWO = ({"id": "a"}, {"id": "b"})


def test_a_walk_is_by_cursor_where_there_are_cursors() -> None:
    assert first_place(Capabilities(cursor=True)) == CursorPlace("")
    assert first_place(Capabilities()) == IndexPlace()


def test_a_walk_by_cursor_ends_with_the_last_cursor() -> None:
    middle, last = Page(TWO, None, "next"), Page(TWO, None, None)

    assert next_place(CursorPlace(), middle, repeated=0) == CursorPlace("next")
    assert next_place(CursorPlace("next"), last, repeated=0) is None


def test_a_cursor_is_followed_that_was_not_asked_for() -> None:
    assert next_place(IndexPlace(), Page(TWO, 4, "next"), repeated=0) == CursorPlace("next")


def test_an_undisturbed_walk_by_index_is_the_only_one() -> None:
    second = next_place(IndexPlace(), Page(TWO, 4, None), repeated=0)

    assert second == IndexPlace(start_index=3, total=4, given=2)
    assert next_place(second, Page(TWO, 4, None), repeated=0) is None
    assert ends_steady(second, Page(TWO, 4, None), repeated=0)


@pytest.mark.parametrize(
    ("page", "repeated"),
    [
        pytest.param(Page(TWO, 4, None), 1, id="something is given twice"),
        pytest.param(Page(TWO, 3, None), 0, id="the total changes"),
        pytest.param(Page((), 4, None), 0, id="it ends too early"),
    ],
)
def test_a_disturbed_walk_is_begun_again(page: Page, repeated: int) -> None:
    place = IndexPlace(start_index=3, total=4, given=2)

    assert next_place(place, page, repeated=repeated) == IndexPlace(walk=2)
    assert not ends_steady(place, page, repeated=repeated)


def test_no_more_walks_than_that_are_begun() -> None:
    place = IndexPlace(walk=WALKS, total=9)

    assert next_place(place, Page((), 4, None), repeated=0) is None


def test_a_server_without_totals_that_repeats_itself_is_at_its_end() -> None:
    assert next_place(IndexPlace(), Page(TWO, None, None), repeated=0) is not None
    assert next_place(IndexPlace(walk=WALKS), Page(TWO, None, None), repeated=2) is None
