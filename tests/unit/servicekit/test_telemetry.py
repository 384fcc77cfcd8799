"""Trace context (W3C) with tracing off."""

import pytest

from servicekit.telemetry import current_trace_id, current_traceparent, link_to, request_span

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_outside_a_trace_there_is_no_traceparent() -> None:
    assert current_traceparent() == ""
    assert current_trace_id() == ""


def test_an_incoming_trace_is_passed_on() -> None:
    with request_span("GET", [(b"traceparent", TRACEPARENT.encode())]):
        assert current_traceparent() == TRACEPARENT
        assert current_trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("header", [b"", b"nonsense", b"00-0-0-01", b"\xff"])
def test_a_malformed_trace_is_none(header: bytes) -> None:
    with request_span("GET", [(b"traceparent", header)]):
        assert current_traceparent() == ""


def test_a_link_names_the_trace_that_caused_it() -> None:
    (link,) = link_to(TRACEPARENT)

    assert f"{link.context.trace_id:032x}" == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_nothing_links_to_no_trace() -> None:
    assert link_to("") == []
