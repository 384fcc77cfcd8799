"""RFC 8936 section 2.4: poll request."""

from typing import Any

import pytest

from secevent.poll import PollRequest, SetErr, parse_poll_request, poll_request_body

JTI_1 = "4d3559ec67504aaba65d40b0363faad8"
JTI_2 = "3d0c3cf797584bd193bd0fb1bd4e7d30"

examples = pytest.mark.parametrize(
    ("body", "request_"),
    [
        pytest.param(
            {"returnImmediately": True},
            PollRequest(max_events=None, return_immediately=True, ack=(), set_errs={}),
            id="2.4.1 poll-only",
        ),
        pytest.param(
            {"ack": [JTI_1, JTI_2], "maxEvents": 0, "returnImmediately": True},
            PollRequest(max_events=0, return_immediately=True, ack=(JTI_1, JTI_2), set_errs={}),
            id="2.4.2 acknowledge-only",
        ),
        pytest.param(
            {"ack": [JTI_1, JTI_2], "returnImmediately": False},
            PollRequest(max_events=None, return_immediately=False, ack=(JTI_1, JTI_2), set_errs={}),
            id="2.4.3 poll with acknowledgement",
        ),
        pytest.param(
            {
                "ack": [JTI_2],
                "setErrs": {
                    JTI_1: {
                        "err": "authentication_failed",
                        "description": "The SET could not be authenticated",
                    }
                },
                "returnImmediately": True,
            },
            PollRequest(
                max_events=None,
                return_immediately=True,
                ack=(JTI_2,),
                set_errs={
                    JTI_1: SetErr("authentication_failed", "The SET could not be authenticated")
                },
            ),
            id="2.4.4 poll with acknowledgement and errors",
        ),
    ],
)


@examples
def test_the_transmitter_reads_the_example(body: dict[str, Any], request_: PollRequest) -> None:
    assert parse_poll_request(body) == request_


@examples
def test_the_recipient_writes_the_example(body: dict[str, Any], request_: PollRequest) -> None:
    assert poll_request_body(request_) == body


def test_an_empty_object_asks_with_the_default_values() -> None:
    assert parse_poll_request({}) == PollRequest(
        max_events=None, return_immediately=False, ack=(), set_errs={}
    )
