"""The jti of a SET (RFC 8417 section 2.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from set_transmitter.domain.identifiers import jti_of, position_in

EPOCH, STREAM_ID = "abcdefghijklmnopqrstuvwxyz", "s234567stream"


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_jti_names_the_position_that_it_was_made_of(position: int) -> None:
    jti = jti_of(EPOCH, position, STREAM_ID)

    assert position_in(jti, epoch=EPOCH, stream_id=STREAM_ID) == position


def test_a_jti_is_epoch_position_and_stream() -> None:
    assert jti_of("epoch", 36 * 36 - 1, "stream") == "epoch-zz-stream"


@pytest.mark.parametrize(
    "jti",
    [
        pytest.param("", id="nothing"),
        pytest.param("epoch--stream", id="without a position"),
        pytest.param("epoch-1-another", id="of another stream"),
        pytest.param("another-1-stream", id="of another log"),
        pytest.param("epoch-01-stream", id="with a leading zero"),
        pytest.param("epoch-1_0-stream", id="with an underscore"),
        pytest.param("epoch-Z-stream", id="in upper case"),
        pytest.param("epoch-²-stream", id="with a digit that is none of ours"),
        pytest.param(f"epoch-{'z' * 5000}-stream", id="of absurd length"),
        pytest.param("1", id="with the position alone"),
    ],
)
def test_no_position_is_named_by_a_jti(jti: str) -> None:
    assert position_in(jti, epoch="epoch", stream_id="stream") is None


@given(st.text())
def test_any_text_is_understood_or_ignored(text: str) -> None:
    position = position_in(text, epoch="epoch", stream_id="stream")

    assert position is None or jti_of("epoch", position, "stream") == text
