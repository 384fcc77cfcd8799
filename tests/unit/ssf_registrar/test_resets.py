"""Setting a stream back through its configuration."""

from dataclasses import replace
from typing import Any

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.domain.configuration import Origins, configuration
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.resets import with_reset
from ssf_registrar.domain.streams import Caller, ReceivePush, Reset, Status, Stream

ADMIN = Caller("default", "admin", frozenset({"admin"}))
BOB = Caller("default", "bob", frozenset({"ssf.manage"}))
STREAM = a_stream(revision=4)


def reset(stream: Stream = STREAM, *, caller: Caller = ADMIN, **body: Any) -> Stream:
    return with_reset(stream, body, of=STREAM, caller=caller)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"resetJti": "epoch-1z-s1"}, Reset("epoch-1z-s1", 0, 5)),
        ({"resetDate": "1970-01-01T00:00:01.000002Z"}, Reset("", 1_000_002, 5)),
        ({"resetDate": "1970-01-01T01:00:00+01:00"}, Reset("", 0, 5)),
    ],
    ids=["a jti", "a date", "a date with an offset"],
)
def test_a_reset_is_known_by_the_revision_that_asks_for_it(
    body: dict[str, Any], expected: Reset
) -> None:
    assert reset(**body) == replace(STREAM, reset=expected, revision=5)


def test_to_where_it_was_once_is_another_reset() -> None:
    first = reset(resetJti="epoch-1-s1")

    again = with_reset(first, {"resetJti": "epoch-1-s1"}, of=first, caller=ADMIN)

    assert again.reset == Reset("epoch-1-s1", 0, 6)


def test_it_goes_with_other_changes_in_one_revision() -> None:
    changed = replace(STREAM, description="new", revision=5)

    assert reset(changed, resetJti="epoch-1-s1").revision == 5


@pytest.mark.parametrize("body", [{}, {"resetJti": None, "resetDate": None}])
def test_without_one_nothing_changes(body: dict[str, Any]) -> None:
    assert reset(**body) is STREAM


@pytest.mark.parametrize(
    ("stream", "body", "word"),
    [
        (STREAM, {"resetJti": 7}, "resetJti must be a string"),
        (STREAM, {"resetJti": ""}, "ends with -s1"),
        (STREAM, {"resetJti": "epoch-1-another"}, "ends with -s1"),
        (STREAM, {"resetDate": "yesterday"}, "RFC 3339"),
        (STREAM, {"resetDate": "2030-01-31T12:00:00"}, "RFC 3339"),
        (STREAM, {"resetJti": "e-1-s1", "resetDate": "2030-01-31T12:00:00Z"}, "either"),
        (replace(STREAM, status=Status.DISABLED), {"resetJti": "e-1-s1"}, "enable it first"),
        (replace(STREAM, delivery=ReceivePush("x")), {"resetJti": "e-1-s1"}, "transmit streams"),
    ],
)
def test_what_cannot_be_done_says_why(stream: Stream, body: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidRequestError, match=word):
        reset(stream, **body)


def test_it_takes_an_administrator() -> None:
    with pytest.raises(MissingScopeError, match="resetDate"):
        reset(caller=BOB, resetDate="2030-01-31T12:00:00Z")


def test_the_configuration_does_not_show_it() -> None:
    origins = Origins("https://a.example", "https://t.example", "https://r.example")

    assert configuration(reset(resetJti="epoch-1-s1"), origins) == configuration(STREAM, origins)
