"""Cursors of the feed, and versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resource_store.domain.changes import cursor_at, position_of
from resource_store.domain.errors import EpochChangedError, InvalidCursorError
from resource_store.domain.resources import Stamp, base36, entity_tag


@given(st.integers(min_value=0, max_value=2**63))
def test_a_cursor_stands_for_its_position(position: int) -> None:
    assert position_of(cursor_at("epoch", position), epoch="epoch") == position


def test_no_cursor_stands_for_the_beginning() -> None:
    assert position_of("", epoch="epoch") == 0


def test_a_cursor_of_another_epoch_is_told_from_nonsense() -> None:
    with pytest.raises(EpochChangedError):
        position_of("before-12", epoch="epoch")


@given(st.text(min_size=1).filter(lambda text: not text.startswith("epoch-")))
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises((InvalidCursorError, EpochChangedError)):
        position_of(text, epoch="epoch")


@given(st.integers(min_value=0))
def test_base36_is_read_back_by_python(number: int) -> None:
    assert int(base36(number), 36) == number


def test_a_version_is_a_weak_entity_tag_of_the_stamp() -> None:
    assert entity_tag(Stamp(36**3 + 35, "here2345")) == 'W/"100z-here2345"'
