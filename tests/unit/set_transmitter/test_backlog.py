"""What is pending, and in which order it may be handed out."""

from collections.abc import Iterable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.transmitter_events import pending

from set_transmitter.domain.backlog import Backlog, Pending


def backlog_of(*subjects: str) -> Backlog:
    """Return a backlog with an event of each of these subjects, at positions from 1."""
    backlog = Backlog()
    for position, subject in enumerate(subjects, 1):
        backlog.add(pending(position, subject))
    return backlog


def positions(taken: Iterable[Pending]) -> list[int]:
    return [one.position for one in taken]


def test_the_oldest_event_of_each_subject_is_taken() -> None:
    backlog = backlog_of("ann", "bob", "ann", "cem")

    assert positions(backlog.take(10, now=0)) == [1, 2, 4]


def test_no_more_is_taken_than_asked_for() -> None:
    assert positions(backlog_of("ann", "bob", "cem").take(2, now=0)) == [1, 2]


def test_what_is_taken_is_not_taken_again() -> None:
    backlog = backlog_of("ann", "ann")
    backlog.take(10, now=0)

    assert backlog.take(10, now=0) == []


def test_the_next_event_of_a_subject_follows_a_settled_one() -> None:
    backlog = backlog_of("ann", "bob", "ann")
    first, _ = backlog.take(10, now=0)

    backlog.settle(first)

    assert positions(backlog.take(10, now=0)) == [3]


def test_settling_twice_says_so() -> None:
    backlog = backlog_of("ann")
    (taken,) = backlog.take(1, now=0)

    assert [backlog.settle(taken), backlog.settle(taken)] == [True, False]


def test_a_released_event_is_taken_again_before_later_ones() -> None:
    backlog = backlog_of("ann", "bob")
    (first,) = backlog.take(1, now=0)

    backlog.release(first)

    assert positions(backlog.take(2, now=0)) == [1, 2]


def test_a_parked_event_keeps_its_subject_back_until_its_time() -> None:
    backlog = backlog_of("ann", "ann", "bob")
    (first,) = backlog.take(1, now=0)
    backlog.park(first, until=10)

    assert positions(backlog.take(9, now=9.9)) == [3]
    assert positions(backlog.take(9, now=10)) == [1]


def test_the_first_parked_event_is_taken_early_where_nothing_else_is_left() -> None:
    backlog = backlog_of("ann", "bob")
    for until, taken in zip((20, 10), backlog.take(2, now=0), strict=True):
        backlog.park(taken, until=until)

    early = backlog.take_parked()

    assert early is not None
    assert early.position == 2


def test_nothing_is_taken_early_where_nothing_is_parked() -> None:
    assert backlog_of("ann").take_parked() is None


def test_an_event_that_is_unparked_and_taken_is_not_free_when_its_old_time_comes() -> None:
    backlog = backlog_of("ann")
    (first,) = backlog.take(1, now=0)
    backlog.park(first, until=10)
    backlog.unpark(first)
    backlog.take(1, now=0)

    assert backlog.take(1, now=11) == []


def test_an_event_that_is_parked_again_waits_for_its_new_time() -> None:
    backlog = backlog_of("ann")
    for until in (10, 30):
        (first,) = backlog.take(1, now=0)
        backlog.park(first, until=until)
        if until == 10:
            backlog.unpark(first)

    assert backlog.take(1, now=11) == []
    assert backlog.next_free_at() == 30


def test_a_settled_event_is_not_released_nor_parked() -> None:
    backlog = backlog_of("ann")
    (first,) = backlog.take(1, now=0)
    backlog.settle(first)

    backlog.release(first)
    backlog.park(first, until=1)

    assert backlog.take(1, now=2) == []


@pytest.mark.parametrize(
    ("position", "found"),
    [
        pytest.param(1, True, id="the oldest of its subject is found"),
        pytest.param(2, False, id="a later one of the subject is not"),
        pytest.param(9, False, id="an unknown one is not"),
    ],
)
def test_only_what_can_be_under_way_is_found(position: int, found: bool) -> None:
    assert (backlog_of("ann", "ann").find(position) is not None) is found


def test_what_is_dropped_makes_way_for_the_later_ones() -> None:
    backlog = backlog_of("ann", "bob", "ann", "bob")

    backlog.drop_through(3)

    assert positions(backlog.take(9, now=0)) == [4]
    assert len(backlog) == 1


class AnyUseOfABacklog(RuleBasedStateMachine):
    """However it is used, a subject's events come out one at a time and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.backlog = Backlog()
        self.now = 0.0
        self.added: dict[str, list[int]] = {}
        self.position = 0
        self.out: list[Pending] = []
        self.parked: list[Pending] = []

    @rule(subject=st.sampled_from("abc"))
    def an_event_comes(self, subject: str) -> None:
        self.position += 1
        self.backlog.add(pending(self.position, subject))
        self.added.setdefault(f"/Users/{subject}", []).append(self.position)

    @rule(limit=st.integers(0, 3))
    def some_are_taken(self, limit: int) -> None:
        for taken in self.backlog.take(limit, now=self.now):
            assert self.added[taken.subject_uri][0] == taken.position
            assert taken not in self.out
            self.out.append(taken)

    @rule()
    def one_is_taken_early(self) -> None:
        early = self.backlog.take_parked()
        if early is not None:
            self.out.append(early)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def one_is_settled(self, data: st.DataObject) -> None:
        settled = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        assert self.backlog.settle(settled)
        assert self.added[settled.subject_uri].pop(0) == settled.position

    @precondition(lambda self: self.out)
    @rule(seconds=st.integers(0, 5))
    def one_is_parked(self, seconds: int) -> None:
        self.backlog.park(self.out.pop(), until=self.now + seconds)

    @precondition(lambda self: self.out)
    @rule()
    def one_is_released(self) -> None:
        self.backlog.release(self.out.pop())

    @rule(seconds=st.integers(0, 5))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def no_two_of_a_subject_are_out(self) -> None:
        subjects = [taken.subject_uri for taken in self.out]
        assert len(subjects) == len(set(subjects))

    def teardown(self) -> None:
        """In the end everything comes out."""
        for taken in self.out:
            self.backlog.release(taken)
        came = 0
        expected = sum(map(len, self.added.values()))
        while taken_now := self.backlog.take(9, now=self.now + 100):
            for taken in taken_now:
                self.backlog.settle(taken)
            came += len(taken_now)
        assert came == expected


TestAnyUseOfABacklog = AnyUseOfABacklog.TestCase
