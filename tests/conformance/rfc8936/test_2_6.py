"""RFC 8936 section 2.6: error response handling."""

from secevent.errors import InvalidIssuerError
from secevent.poll import PollRequest, SetErr, poll_request_body


def test_an_error_is_reported_with_its_code_and_description() -> None:
    error = InvalidIssuerError("iss is not the issuer of this stream.")
    request = PollRequest(
        max_events=10,
        return_immediately=False,
        ack=(),
        set_errs={"4d3559ec": SetErr(error.err, error.description)},
    )

    assert poll_request_body(request) == {
        "maxEvents": 10,
        "returnImmediately": False,
        "setErrs": {
            "4d3559ec": {
                "err": "invalid_issuer",
                "description": "iss is not the issuer of this stream.",
            }
        },
    }
