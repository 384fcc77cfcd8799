"""The JSON of requests (RFC 8259, RFC 7493)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.errors import InvalidSyntaxError
from scim.json_bodies import MAX_DEPTH, MAX_NAME, parse_json_body

_texts = st.text(st.characters(exclude_categories=("Cs",))) | st.sampled_from(['":', '" :', '\\":'])
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


@given(_values, st.sampled_from([None, 2]), st.booleans())
def test_what_is_said_once_is_read_however_it_is_written(
    value: object, indent: int | None, is_ascii: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii, separators=(" ,", " : "))

    assert parse_json_body(text.encode()) == value


@given(_values, _texts, _values)
def test_two_members_of_one_name_are_found_among_whatever_stands_there(
    before: object, name: str, value: object
) -> None:
    member = f"{json.dumps(name)} : {json.dumps(value)}"
    text = f"[{json.dumps(before)}, {{{member}, {member}}}]"

    with pytest.raises(InvalidSyntaxError, match="twice"):
        parse_json_body(text.encode())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":1,"\\u0061":2}', id="once with an escape"),
        pytest.param(b'{"a"\n:1,"a"\t :2}', id="with blanks before the colon"),
        pytest.param(
            b'{"x":"\\":","a":1,"a":"\\u0022:"}', id="beside strings that look like names"
        ),
        pytest.param(b'{"n":1' + b"0" * 300 + b',"a":1,"a":2}', id="beside a long number"),
    ],
)
def test_two_members_of_one_name_are_refused_by_their_name(body: bytes) -> None:
    with pytest.raises(InvalidSyntaxError, match="the member 'a' twice"):
        parse_json_body(body)


def test_names_that_differ_in_case_are_two_names_here() -> None:
    assert parse_json_body(b'{"a":1,"A":2}') == {"a": 1, "A": 2}


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b"[1,", b"]")])
def test_a_body_may_be_so_deep_and_no_deeper(opening: bytes, closing: bytes) -> None:
    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    assert parse_json_body(nested(MAX_DEPTH))
    with pytest.raises(InvalidSyntaxError, match=f"more than {MAX_DEPTH} levels"):
        parse_json_body(nested(MAX_DEPTH + 1))


def test_a_name_may_be_so_long_and_no_longer() -> None:
    assert parse_json_body(json.dumps({"x" * MAX_NAME: 1}).encode())
    with pytest.raises(InvalidSyntaxError, match=f"may be {MAX_NAME}"):
        parse_json_body(json.dumps([{"x" * (MAX_NAME + 1): 1}]).encode())


def test_an_error_does_not_hold_the_values() -> None:
    with pytest.raises(InvalidSyntaxError) as refused:
        parse_json_body(b'{"password":"t1meMa$heen","password":"t1meMa$heen"}')

    assert "t1meMa$heen" not in refused.value.detail
