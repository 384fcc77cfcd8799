"""What the brake makes of a change: the rule alone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from resource_store.domain.brakes import (
    LIFTED,
    Brake,
    BrakeState,
    Counts,
    Ruling,
    number_in_the_way,
    released,
    ruled,
)

NOW = 1_000_000
BRAKE = Brake(changes=2, within=100, asked_by="okta")
NOTHING = Counts(same=None, oldest=None)


def test_a_change_is_counted_by_the_next_number() -> None:
    ruling, state = ruled(BrakeState(counted=7), BRAKE, NOTHING, now=NOW)

    assert (ruling, state) == (Ruling.COUNTED, BrakeState(counted=8))


def test_the_number_in_the_way_is_that_of_the_change_that_would_be_one_too_many_before() -> None:
    assert [number_in_the_way(BrakeState(counted=n), BRAKE) for n in range(4)] == [-1, 0, 1, 2]


def test_it_goes_on_when_too_many_are_in_the_window_whose_beginning_is_out_of_it() -> None:
    state = BrakeState(counted=2)

    within, on = ruled(state, BRAKE, Counts(None, NOW - 99), now=NOW)
    without, off = ruled(state, BRAKE, Counts(None, NOW - 100), now=NOW)

    assert (within, on) == (Ruling.HELD, BrakeState(counted=2, on_since=NOW))
    assert (without, off) == (Ruling.COUNTED, BrakeState(counted=3))


def test_who_was_counted_within_the_window_is_free_even_while_it_is_on() -> None:
    on = BrakeState(counted=2, on_since=NOW - 5)

    assert ruled(on, BRAKE, Counts(NOW - 99, NOW), now=NOW) == (Ruling.FREE, on)
    assert ruled(on, BRAKE, Counts(NOW - 100, NOW), now=NOW) == (Ruling.HELD, on)


def test_a_release_ends_with_its_time_or_its_number() -> None:
    some = released(BrakeState(counted=2, on_since=5), until=NOW + 1, changes=1)
    any_number = released(BrakeState(counted=2, on_since=5), until=NOW + 1, changes=None)
    full = Counts(None, NOW - 1)

    once, used_up = ruled(some, BRAKE, full, now=NOW)

    assert (once, used_up.pass_left) == (Ruling.FREE, 0)
    assert ruled(used_up, BRAKE, full, now=NOW)[0] is Ruling.HELD
    assert ruled(any_number, BRAKE, full, now=NOW) == (Ruling.FREE, any_number)
    assert ruled(any_number, BRAKE, full, now=NOW + 1)[0] is Ruling.HELD


def test_what_an_administrator_decides_is_never_held() -> None:
    on = BrakeState(counted=2, on_since=5)

    assert ruled(on, LIFTED, Counts(None, NOW), now=NOW) == (Ruling.FREE, on)


@given(
    changes=st.integers(1, 6),
    within=st.integers(1, 40),
    steps=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=60),
)
def test_a_window_is_full_when_something_is_held_and_never_fuller(
    changes: int, within: int, steps: list[tuple[int, int]]
) -> None:
    """Each step is how much later it is, and who is changed; the brake is armed anew at once."""
    brake = Brake(changes, within, asked_by="")
    state, now = BrakeState(), 1000
    # Who was counted, by which number and when: kept as the storages do.
    kept: dict[int, tuple[int, int]] = {}
    went: list[tuple[int, int]] = []
    for later, person in steps:
        now += later
        before = Counts(
            same=kept[person][1] if person in kept else None,
            oldest=dict(kept.values()).get(number_in_the_way(state, brake)),
        )
        ruling, state = ruled(state, brake, before, now=now)
        if ruling is Ruling.COUNTED:
            kept[person] = (state.counted, now)
            first = number_in_the_way(state, brake)
            kept = {who: each for who, each in kept.items() if each[0] >= first}
            went.append((now, person))
        if ruling is Ruling.HELD:
            window = [who for made, who in went if made > now - within]
            assert len(window) == changes
        state = replace(state, on_since=0)

    for begins, _ in went:
        window = [who for made, who in went if begins <= made < begins + within]
        assert len(set(window)) <= changes
