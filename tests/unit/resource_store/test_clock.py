"""The hybrid logical clock."""

from hypothesis import given
from hypothesis import strategies as st

from resource_store.domain.clock import HybridClock
from resource_store.domain.resources import Stamp


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 200)), min_size=1))
def test_stamps_follow_the_time_and_all_stamps_seen(readings: list[tuple[int, int]]) -> None:
    now = 0
    clock = HybridClock("here2345", now=lambda: now, last=0)
    given_and_seen = [0]

    for now, seen in readings:
        stamp = clock.next_stamp()
        assert stamp.clock > max(now, *given_and_seen)
        clock.observe(seen)
        given_and_seen += [stamp.clock, seen]


def test_a_restarted_clock_goes_on_after_the_last_stamp() -> None:
    clock = HybridClock("here2345", now=lambda: 5, last=70)

    assert clock.next_stamp() == Stamp(71, "here2345")


def test_of_equal_clocks_the_clusters_decide() -> None:
    assert Stamp(1, "b") > Stamp(1, "a")
    assert Stamp(2, "a") > Stamp(1, "b")
