from set_receiver.domain.looks import AMONG_OTHERS, Looks, Pace
from set_receiver.domain.receipts import LATEST

PACE = Pace(between=0, again=1, sweep=100, straggling=5)


def swept(pace: Pace = PACE) -> Looks:
    """Return the looks of a loader that swept at 0, and saw a receipt at 7 a second later."""
    looks = Looks(pace)
    looks.begin(loaded=0, now=0)
    looks.saw(7, now=1)
    looks.end(reached=LATEST)
    return looks


def look(looks: Looks, *, now: float, loaded: int = 0, reached: int = LATEST) -> int:
    """Look without seeing anything new, and return after which position."""
    after = looks.begin(loaded=loaded, now=now)
    looks.end(reached=reached)
    return after


def test_the_first_look_begins_at_the_beginning() -> None:
    assert Looks(PACE).begin(loaded=0, now=1000) == 0


def test_what_was_seen_is_looked_at_again_while_there_may_be_stragglers() -> None:
    looks = swept()

    assert [look(looks, now=now) for now in (2, 5.9, 5.95)] == [0, 0, 0]


def test_stragglers_are_looked_for_once_more_when_all_must_be_visible() -> None:
    looks = swept()

    assert [look(looks, now=now) for now in (6, 6)] == [0, 7]


def test_a_look_that_failed_does_not_count() -> None:
    looks = swept()

    looks.begin(loaded=0, now=6)

    assert [look(looks, now=now) for now in (7, 8)] == [0, 7]


def test_a_look_that_was_cut_short_counts_as_far_as_it_came() -> None:
    looks = swept()

    look(looks, now=6, reached=6)

    assert [look(looks, now=now) for now in (7, 8)] == [0, 7]


def test_the_mark_follows_each_look_in_its_own_time() -> None:
    looks = swept()
    looks.saw(9, now=2)

    assert [look(looks, now=now) for now in (6.5, 7, 8)] == [0, 7, 9]


def test_a_sweep_does_not_move_the_mark_back() -> None:
    looks = swept()
    looks.saw(3, now=2)

    assert [look(looks, now=now) for now in (50, 51)] == [0, 7]


def test_without_stragglers_the_mark_is_one_look_behind() -> None:
    looks = swept(Pace(between=0, again=1, sweep=100, straggling=0))

    assert [look(looks, now=now) for now in (1, 1)] == [0, 7]


def test_a_sweep_is_due_after_its_time() -> None:
    looks = swept()

    assert [look(looks, now=now) for now in (50, 99, 100, 101)] == [0, 7, 0, 7]


def test_sweeps_are_rare_while_there_is_much_to_do() -> None:
    looks = swept(AMONG_OTHERS)

    found = [look(looks, loaded=50_000, now=now) for now in (28, 29, 30)]

    assert found == [0, 7, 0]
