"""What a Prefer header says (RFC 7240 section 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_gateway.domain.preferences import MAX_WAIT_SECONDS, Preferences, parse_preferences


@pytest.mark.parametrize(
    "header",
    [
        "respond-async",
        "Respond-ASYNC",
        "return=minimal, respond-async",
        "respond-async, respond-async",
        "respond-async; x; y=1",
        'respond-async ; x = "a;b"',
        'respond-async=""',
        'x="a, b", respond-async',
        r'x="a\", b", respond-async',
        "x y, respond-async",
        ", , respond-async,",
    ],
)
def test_the_client_would_rather_not_wait(header: str) -> None:
    assert parse_preferences(header) == Preferences(respond_async=True, wait_seconds=0)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "return=minimal",
        "respond-asynchronously",
        'x="respond-async"',
        'x="a, respond-async"',
        "x; respond-async",
        "respond-async=1",
        "respond-async=no, respond-async",
        "respond async",
        'x="respond-async, y',
    ],
)
def test_the_client_says_nothing_of_the_kind(header: str | None) -> None:
    assert parse_preferences(header).respond_async is False


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("respond-async, wait=10", 10),
        ("wait=10, respond-async", 10),
        ('respond-async, wait="10"', 10),
        ("respond-async, WAIT = 10;x", 10),
        ("respond-async, wait=0", 0),
        ("respond-async, wait=5, wait=7", 5),
        ("respond-async, wait=99999999999999999999", MAX_WAIT_SECONDS),
        ("respond-async, wait", 0),
        ("respond-async, wait=-1", 0),
        ("respond-async, wait=1.5", 0),
        ("respond-async, wait=x", 0),
    ],
)
def test_the_client_waits_a_while(header: str, seconds: int) -> None:
    assert parse_preferences(header) == Preferences(respond_async=True, wait_seconds=seconds)


@given(st.text())
def test_whatever_it_says_it_is_no_error(header: str) -> None:
    assert 0 <= parse_preferences(header).wait_seconds <= MAX_WAIT_SECONDS


@given(st.text(max_size=20))
def test_what_is_quoted_is_no_preference(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')

    assert parse_preferences(f'x="{quoted}, respond-async"').respond_async is False
