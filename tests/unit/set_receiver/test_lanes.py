from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from set_receiver.domain.lanes import Lanes, Turn
from set_receiver.domain.receipts import Lane, PendingReceipt

ANN = Lane("default", "stream-a", "/Users/ann")
BEN = Lane("default", "stream-a", "/Users/ben")


def lanes_with(*lanes_in_order: Lane) -> Lanes:
    lanes = Lanes()
    for position, lane in enumerate(lanes_in_order, start=1):
        lanes.add(PendingReceipt(position, lane, next_attempt=0))
    return lanes


def test_different_lanes_have_their_turns_together() -> None:
    lanes = lanes_with(ANN, BEN)

    assert lanes.take(64, now=0) == [Turn(ANN, 1), Turn(BEN, 2)]


def test_a_lane_has_one_turn_at_a_time() -> None:
    lanes = lanes_with(ANN, ANN)

    (turn,) = lanes.take(64, now=0)

    assert lanes.take(64, now=0) == []
    lanes.finish(turn)
    assert lanes.take(64, now=0) == [Turn(ANN, 2)]


def test_one_subject_of_two_streams_has_two_lanes() -> None:
    other = Lane("default", "stream-b", ANN.subject_uri)

    assert len(lanes_with(ANN, other).take(64, now=0)) == 2


def test_no_more_turns_are_taken_than_asked_for() -> None:
    lanes = lanes_with(ANN, BEN)

    assert lanes.take(1, now=0) == [Turn(ANN, 1)]
    assert lanes.take(1, now=0) == [Turn(BEN, 2)]


def test_a_parked_lane_waits_with_all_its_receipts_while_others_go_on() -> None:
    lanes = lanes_with(ANN, ANN, BEN)
    ann, ben = lanes.take(64, now=0)
    lanes.park(ann, until=100)
    lanes.finish(ben)

    assert lanes.next_ready() == 100
    assert lanes.take(64, now=99) == []
    assert lanes.take(64, now=100) == [ann]
    assert lanes.next_ready() is None


def test_a_receipt_that_was_parked_before_a_restart_is_parked_after_it() -> None:
    lanes = Lanes()

    lanes.add(PendingReceipt(1, ANN, next_attempt=100))
    lanes.add(PendingReceipt(2, ANN, next_attempt=0))

    assert lanes.take(64, now=99) == []
    assert lanes.take(64, now=100) == [Turn(ANN, 1)]


def test_what_is_put_back_comes_first_again() -> None:
    lanes = lanes_with(ANN, BEN)
    (turn,) = lanes.take(1, now=0)

    lanes.put_back(turn)

    assert lanes.take(64, now=0) == [Turn(ANN, 1), Turn(BEN, 2)]


def test_the_length_counts_receipts_that_are_not_finished() -> None:
    lanes = lanes_with(ANN, ANN, BEN)

    lanes.finish(lanes.take(1, now=0)[0])

    assert len(lanes) == 2


def test_a_receipt_that_is_added_again_is_queued_once() -> None:
    lanes = lanes_with(ANN)

    lanes.add(PendingReceipt(1, ANN, next_attempt=0))

    assert len(lanes) == 1


def test_a_finished_receipt_is_known_until_it_is_forgotten() -> None:
    lanes = lanes_with(ANN)
    (turn,) = lanes.take(64, now=0)
    lanes.finish(turn)

    lanes.begin_look()
    lanes.add(PendingReceipt(1, ANN, next_attempt=0))

    assert len(lanes) == 0


def test_a_receipt_that_is_forgotten_during_a_look_is_not_found_by_it() -> None:
    lanes = lanes_with(ANN)
    lanes.begin_look()
    lanes.finish(lanes.take(64, now=0)[0])
    lanes.forget([1])

    lanes.add(PendingReceipt(1, ANN, next_attempt=0))

    assert len(lanes) == 0


def test_a_forgotten_receipt_that_is_pending_again_is_found_by_the_next_look() -> None:
    lanes = lanes_with(ANN)
    lanes.finish(lanes.take(64, now=0)[0])
    lanes.forget([1])

    lanes.begin_look()
    lanes.add(PendingReceipt(1, ANN, next_attempt=0))

    assert lanes.take(64, now=0) == [Turn(ANN, 1)]


def test_a_straggler_has_its_turn_before_those_that_arrived_after_it() -> None:
    lanes = Lanes()
    for position in (2, 3, 1):
        lanes.add(PendingReceipt(position, ANN, next_attempt=0))

    assert lanes.take(64, now=0) == [Turn(ANN, 1)]


def test_a_straggler_leaves_a_turn_alone_that_is_taken() -> None:
    lanes = Lanes()
    for position in (2, 3):
        lanes.add(PendingReceipt(position, ANN, next_attempt=0))
    (taken,) = lanes.take(64, now=0)

    lanes.add(PendingReceipt(1, ANN, next_attempt=0))

    lanes.finish(taken)
    assert lanes.take(64, now=0) == [Turn(ANN, 1)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "take", "finish", "park", "put_back"]),
        st.integers(min_value=0, max_value=3),
    ),
    max_size=60,
)


class Reference:
    """Runs steps on lanes, and remembers what each lane was given and what it finished."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.taken: list[Turn] = []
        self.added: dict[Lane, list[int]] = defaultdict(list)
        self.finished: dict[Lane, list[int]] = defaultdict(list)
        self.now = 0

    def run(self, step: str, number: int) -> None:
        self.now += 1
        match step:
            case "add":
                self.add(Lane("default", "stream-a", f"/Users/{number}"))
            case "take":
                self.taken += self.lanes.take(number, now=self.now)
            case _ if self.taken:
                self.end(self.taken.pop(number % len(self.taken)), step, number)

    def add(self, lane: Lane) -> None:
        self.added[lane].append(self.now)
        self.lanes.add(PendingReceipt(self.now, lane, next_attempt=0))

    def end(self, turn: Turn, step: str, number: int) -> None:
        match step:
            case "finish":
                self.lanes.finish(turn)
                self.finished[turn.lane].append(turn.position)
            case "park":
                self.lanes.park(turn, until=self.now + number)
            case "put_back":
                self.lanes.put_back(turn)

    def finish_all(self) -> None:
        while self.taken or len(self.lanes):
            for turn in self.taken:
                self.end(turn, "finish", 0)
            self.taken = self.lanes.take(64, now=self.now + 10)


@given(STEPS)
def test_every_lane_keeps_its_order_and_loses_nothing(steps: list[tuple[str, int]]) -> None:
    reference = Reference()

    for step, number in steps:
        reference.run(step, number)
        assert len({turn.lane for turn in reference.taken}) == len(reference.taken)

    reference.finish_all()
    assert reference.finished == reference.added


def test_what_was_settled_with_the_first_of_a_lane_is_finished_with_it() -> None:
    """A straggler may come in between while the first has its turn."""
    lanes = Lanes()
    for position in (1, 3, 4, 5):
        lanes.add(PendingReceipt(position, ANN, next_attempt=0))
    (turn,) = lanes.take(64, now=0)
    assert lanes.ahead(turn, 3) == [1, 3, 4]
    lanes.add(PendingReceipt(2, ANN, next_attempt=0))

    lanes.finish(turn, also=[3, 4])

    assert len(lanes) == 2
    assert lanes.take(64, now=0) == [Turn(ANN, 2)]
