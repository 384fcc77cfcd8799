"""A queue in which nobody waits for all that another has put in before."""

from hypothesis import given
from hypothesis import strategies as st

from servicekit.fair_queue import FairQueue


def queue_of(**lanes: str) -> FairQueue[str]:
    """Return a queue with the letters of each lane in it."""
    queue: FairQueue[str] = FairQueue()
    for lane, items in lanes.items():
        for item in items:
            queue.put(lane, item)
    return queue


def test_lanes_take_turns_and_each_keeps_its_order() -> None:
    queue = queue_of(first="abcd", second="x", third="mn")

    assert queue.take(10) == ["a", "x", "m", "b", "n", "c", "d"]


def test_what_is_not_taken_comes_with_the_next_turns() -> None:
    queue = queue_of(first="abc", second="xyz")

    taken = [queue.take(3), queue.take(2), queue.take(2), queue.take(2)]

    assert taken == [["a", "x", "b"], ["y", "c"], ["z"], []]


def test_a_newcomer_waits_for_one_item_of_each_other_lane() -> None:
    queue = queue_of(first="abcdef")
    queue.take(2)
    queue.put("second", "x")

    assert queue.take(2) == ["c", "x"]


def test_what_is_not_ready_stays_where_it_is_and_holds_up_nothing_else() -> None:
    queue = queue_of(first="abc", second="xy")

    taken = queue.take(10, ready=lambda item: item not in "ay")

    assert taken == ["b", "x", "c"]
    assert sorted(queue.take(10)) == ["a", "y"]


def test_a_queue_is_as_long_as_what_waits_in_it() -> None:
    queue = queue_of(first="abc", second="xy")
    queue.take(2)

    assert len(queue) == 3


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9))),
    st.integers(1, 7),
    st.frozensets(st.integers(0, 9)),
)
def test_all_comes_out_once_and_each_lane_in_order(
    items: list[tuple[int, int]], limit: int, late: frozenset[int]
) -> None:
    queue: FairQueue[tuple[int, int]] = FairQueue()
    for item in items:
        queue.put(item[0], item)

    taken = queue.take(limit, ready=lambda item: item[1] not in late)
    while rest := queue.take(limit):
        taken += rest

    for lane in {item[0] for item in items}:
        early = [item for item in items if item[0] == lane]
        found = [item for item in taken if item[0] == lane]
        assert sorted(found) == sorted(early)
        if not late:
            assert found == early
