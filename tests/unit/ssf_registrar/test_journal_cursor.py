"""The journal's cursor is opaque to its holder, and refused when it is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssf_registrar.domain.errors import InvalidCursorError
from ssf_registrar.domain.journal import Cursor


@given(
    epoch=st.text("0123456789abcdef", min_size=1),
    position=st.integers(min_value=0, max_value=10**18 - 1),
)
def test_a_cursor_survives_its_way_to_the_reader_and_back(epoch: str, position: int) -> None:
    cursor = Cursor(epoch, position)

    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["x", ".", "e.", ".1", "e.-1", "e.1.2", "e.one", "e.1 ", "e.\u0661", f"e.{10**18}"],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError, match="list the streams anew"):
        Cursor.parse(text)
