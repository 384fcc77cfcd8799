"""Which jtis a part of the log goes out under, and what a jti says."""

import pytest

from set_transmitter.domain.generations import Generations
from set_transmitter.domain.identifiers import jti_of, position_in


def test_a_reissue_is_of_its_range_alone() -> None:
    generations = Generations().anew_from(5)

    assert [generations.at(position) for position in (4, 5, 900)] == [0, 1, 1]


def test_a_later_reissue_that_begins_earlier_replaces_the_one_before() -> None:
    generations = Generations().anew_from(5).anew_from(9).anew_from(7)

    assert generations == Generations(((5, 1), (7, 3)))
    assert [generations.at(position) for position in (4, 5, 7, 9)] == [0, 1, 3, 3]


@pytest.mark.parametrize("generation", [0, 1, 36])
def test_a_jti_of_any_generation_names_its_position(generation: int) -> None:
    jti = jti_of("epoch", 1000, "stream", generation)

    assert position_in(jti, epoch="epoch", stream_id="stream") == 1000


@pytest.mark.parametrize(
    "jti", ["epoch-rs_0-stream", "epoch-rs_-stream", "epoch-_1-stream", "epoch-rs_01-stream"]
)
def test_what_nobody_has_issued_is_no_jti(jti: str) -> None:
    assert position_in(jti, epoch="epoch", stream_id="stream") is None
