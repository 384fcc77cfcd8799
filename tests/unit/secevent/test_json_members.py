import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.errors import InvalidRequestError, SetError
from secevent.json_members import parse_json_object


def test_an_object_is_parsed() -> None:
    text = '{"a": {"é": [1, 2.5, "x", null, true]}, "b": {}}'.encode()

    assert parse_json_object(text) == {"a": {"é": [1, 2.5, "x", None, True]}, "b": {}}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"a": 1, "a": 1}', id="at the top"),
        pytest.param(b'{"b": {"a": 1, "a": 2}}', id="within an object"),
        pytest.param(b'{"b": [{"a": 1, "a": 2}]}', id="within an array"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', id="behind an escape"),
    ],
)
def test_a_duplicate_member_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="two members of the same name"):
        parse_json_object(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"{} {}", id="two objects"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": 1e999}', id="a number out of range"),
        pytest.param(b'{"a": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b'{"a": "\xff"}', id="text that is not UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"a":' + b"[" * 300 + b"]" * 300 + b"}", id="what cannot be written again"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, id="objects without end"),
        pytest.param(b"[1]", id="an array"),
        pytest.param(b"null", id="null"),
    ],
)
def test_what_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        parse_json_object(text)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0da1e-.', max_size=60).map(str.encode))
def test_any_bytes_are_an_object_or_refused(text: bytes) -> None:
    try:
        parsed = parse_json_object(text)
    except SetError:
        return

    assert isinstance(parsed, dict)
