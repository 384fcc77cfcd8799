"""Intervals of keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resource_store.domain.intervals import Interval, moments, starting_with
from scim.filters import Operator

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def holds(interval: Interval, key: str | int) -> bool:
    """Compare as databases do."""
    low, high = interval.low, interval.high
    is_above = low is None or key > low or (key == low and interval.includes_low)  # type: ignore[operator]
    return is_above and (high is None or key < high or (key == high and interval.includes_high))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("ab", Interval("ab", "ac")),
        ("", Interval("")),
        ("a\U0010ffff", Interval("a\U0010ffff", "b")),
        ("\ud7ff", Interval("\ud7ff", "\ue000")),
        ("\U0010ffff", Interval("\U0010ffff")),
    ],
)
def test_texts_that_start_alike_are_an_interval(prefix: str, expected: Interval) -> None:
    assert starting_with(prefix) == expected


@given(prefix=TEXTS, text=TEXTS)
def test_a_text_is_within_where_it_starts_so(prefix: str, text: str) -> None:
    for each in (text, prefix + text):
        assert holds(starting_with(prefix), each) == each.startswith(prefix)


@pytest.mark.parametrize("operator", ["eq", "gt", "ge", "lt", "le"])
@pytest.mark.parametrize("moment", [5_000, 5_001, 5_999, 6_000])
@pytest.mark.parametrize("kept", [4_999, 5_000, 5_001, 5_999, 6_000, 6_001])
def test_a_moment_is_compared_as_it_is_shown(operator: str, moment: int, kept: int) -> None:
    shown = kept // 1000 * 1000
    expected = {
        "eq": shown == moment,
        "gt": shown > moment,
        "ge": shown >= moment,
        "lt": shown < moment,
        "le": shown <= moment,
    }
    interval = moments(Operator(operator), moment)

    assert interval is not None
    assert holds(interval, kept) == expected[operator]
