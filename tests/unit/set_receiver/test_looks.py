from set_receiver.domain.looks import AMONG_OTHERS, Looks, Pace

PACE = Pace(between=0, again=1, sweep=100, straggling=5)


def swept(pace: Pace = PACE) -> Looks:
    """Return the looks of a loader that has begun at the beginning at 0."""
    looks = Looks(pace)
    assert looks.begin(loaded=0, now=0) == 0
    return looks


def test_the_first_look_begins_at_the_beginning() -> None:
    assert Looks(PACE).begin(loaded=0, now=1000) == 0


def test_what_was_seen_is_looked_at_again_while_there_may_be_stragglers() -> None:
    looks = swept()
    looks.saw(7, now=1)

    assert looks.begin(loaded=0, now=5.9) == 0
    assert looks.begin(loaded=0, now=6) == 7


def test_a_mark_follows_each_look_in_its_own_time() -> None:
    looks = swept()
    looks.saw(7, now=1)
    looks.saw(9, now=2)

    assert looks.begin(loaded=0, now=6.5) == 7
    assert looks.begin(loaded=0, now=7) == 9


def test_a_sweep_does_not_move_the_mark_back() -> None:
    looks = swept()
    looks.saw(9, now=1)
    looks.saw(3, now=2)

    assert looks.begin(loaded=0, now=50) == 9


def test_without_stragglers_nothing_is_looked_at_again() -> None:
    looks = swept(Pace(between=0, again=1, sweep=100, straggling=0))

    looks.saw(7, now=1)

    assert looks.begin(loaded=0, now=1) == 7


def test_a_sweep_is_due_after_its_time() -> None:
    looks = swept()
    looks.saw(7, now=1)

    assert looks.begin(loaded=0, now=99) == 7
    assert looks.begin(loaded=0, now=100) == 0
    assert looks.begin(loaded=0, now=101) == 7


def test_sweeps_are_rare_while_there_is_much_to_do() -> None:
    looks = swept(AMONG_OTHERS)
    looks.saw(7, now=1)

    assert looks.begin(loaded=50_000, now=29) == 7
    assert looks.begin(loaded=50_000, now=30) == 0
