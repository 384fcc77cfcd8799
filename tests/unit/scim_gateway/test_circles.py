"""Groups of those that need one another."""

from hypothesis import given
from hypothesis import strategies as st

from scim_gateway.domain.circles import after_needs

NEEDS = st.integers(1, 9).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size
    )
)


def reachable(needs: list[list[int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        new = [each for each in needs[waiting.pop()] if each not in found]
        found.update(new)
        waiting.extend(new)
    return found


@given(NEEDS)
def test_those_that_need_one_another_are_together(needs: list[list[int]]) -> None:
    group_of = {index: group for group in after_needs(needs) for index in group}

    for one in range(len(needs)):
        for other in range(len(needs)):
            mutual = one in reachable(needs, other) and other in reachable(needs, one)
            assert (other in group_of[one]) == (mutual or one == other)


@given(NEEDS)
def test_each_group_comes_after_those_that_it_needs(needs: list[list[int]]) -> None:
    groups = after_needs(needs)

    seen: set[int] = set()
    for group in groups:
        seen.update(group)
        assert {needed for index in group for needed in needs[index]} <= seen
    assert sorted(index for group in groups for index in group) == list(range(len(needs)))


def test_what_needs_nothing_stays_in_order() -> None:
    assert after_needs([[], [], []]) == [[0], [1], [2]]
