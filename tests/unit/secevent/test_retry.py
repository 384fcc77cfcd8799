import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.retry import delay


@pytest.mark.parametrize(
    ("attempt", "expected"), [(1, 0.25), (2, 0.5), (3, 1.0), (11, 256.0), (12, 300.0), (10**9, 300)]
)
def test_the_delay_doubles_up_to_five_minutes(attempt: int, expected: float) -> None:
    assert delay(attempt, retry_after=None, jitter=0.0) == expected


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_jitter_takes_away_at_most_half(attempt: int, jitter: float) -> None:
    longest = delay(attempt, retry_after=None, jitter=0.0)

    assert longest / 2 <= delay(attempt, retry_after=None, jitter=jitter) <= longest


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        pytest.param(30.0, 30.0, id="a longer wait than ours is kept to"),
        pytest.param(0.0, 1.0, id="a shorter one does not hurry us"),
        pytest.param(1e9, 3600.0, id="an absurd one counts as an hour"),
    ],
)
def test_the_recipient_may_ask_for_more_time(retry_after: float, expected: float) -> None:
    assert delay(3, retry_after=retry_after, jitter=0.0) == expected
