"""Events of a stream itself (SSF 1.0 sections 8.1.4 and 8.1.5)."""

from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.scim_events import DELETE
from secevent.ssf_events import (
    STREAM_UPDATED,
    VERIFICATION,
    StreamEvent,
    StreamUpdated,
    Verification,
    stream_event_of,
    stream_subject,
)

SUBJECT = stream_subject("s1")


@pytest.mark.parametrize(
    ("uri", "payload", "event"),
    [
        (VERIFICATION, {"state": "s"}, Verification("s")),
        (VERIFICATION, {"state": ""}, Verification("")),
        (VERIFICATION, {"more": 1}, Verification(None)),
        (STREAM_UPDATED, {"status": "paused"}, StreamUpdated("paused", None)),
        (STREAM_UPDATED, {"status": "enabled", "reason": "r"}, StreamUpdated("enabled", "r")),
    ],
)
def test_they_are_read(uri: str, payload: dict[str, Any], event: StreamEvent) -> None:
    assert stream_event_of(SUBJECT, {uri: payload}) == event


def test_of_others_nothing_is_asked() -> None:
    assert stream_event_of({"format": "scim", "uri": "/Users/ann"}, {DELETE: {}}) is None


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({VERIFICATION: {"state": 1}}, "state must be a string"),
        ({STREAM_UPDATED: {}}, "status must be"),
        ({STREAM_UPDATED: {"status": "off"}}, "status must be one of enabled, paused, disabled"),
    ],
)
def test_a_member_that_is_wrong_is_named(payload: dict[str, Any], error: str) -> None:
    with pytest.raises(InvalidRequestError, match=error):
        stream_event_of(SUBJECT, payload)


def test_their_subject_is_a_stream() -> None:
    with pytest.raises(InvalidRequestError, match="sub_id must be"):
        stream_event_of({"format": "email", "email": "a@b.example"}, {VERIFICATION: {}})
