import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.errors import (
    AccessDeniedError,
    AuthenticationFailedError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidKeyError,
    InvalidRequestError,
    SetError,
    UnknownKeyError,
)
from secevent.push import (
    Accepted,
    Outcome,
    Refused,
    Unauthorized,
    Unreachable,
    Verdict,
    classify,
    error_body,
    parse_error_body,
    verdict,
)


@pytest.mark.parametrize(
    ("error", "err"),
    [
        (InvalidRequestError("d"), "invalid_request"),
        (InvalidKeyError("d"), "invalid_key"),
        (UnknownKeyError("d"), "invalid_key"),
        (InvalidIssuerError("d"), "invalid_issuer"),
        (InvalidAudienceError("d"), "invalid_audience"),
        (AuthenticationFailedError("d"), "authentication_failed"),
        (AccessDeniedError("d"), "access_denied"),
    ],
)
def test_each_error_has_its_registered_code(error: SetError, err: str) -> None:
    assert error_body(error) == {"err": err, "description": "d"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"err": "x", "description": "y", "z": 1}', ("x", "y"), id="as it should"),
        pytest.param(b'{"err": "x"}', ("x", ""), id="without a description"),
        pytest.param(b'{"err": "x", "description": 5}', ("x", ""), id="a number for a description"),
    ],
)
def test_a_stated_error_is_read(body: bytes, expected: tuple[str, str]) -> None:
    assert parse_error_body(body) == expected


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"err": 5}', b'{"err": ""}', b"\xff"])
def test_an_error_that_is_not_stated_is_an_invalid_request(body: bytes) -> None:
    assert parse_error_body(body)[0] == "invalid_request"


REFUSAL = b'{"err": "invalid_audience", "description": "not us"}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(202, b"", Accepted(), id="accepted"),
        pytest.param(400, REFUSAL, Refused("invalid_audience", "not us"), id="refused"),
        pytest.param(
            400,
            b'{"err": "authentication_failed", "description": "expired"}',
            Unauthorized("expired"),
            id="an expired access token, the RFC's way",
        ),
        pytest.param(
            401,
            b'{"err": "authentication_failed", "description": "expired"}',
            Unauthorized("expired"),
            id="an expired access token, HTTP's way",
        ),
        pytest.param(403, b"no", Unauthorized("The recipient answered 403."), id="forbidden"),
        pytest.param(
            413,
            b"",
            Refused("invalid_request", "The SET is too large for the recipient."),
            id="too large",
        ),
        pytest.param(503, REFUSAL, Unreachable("The recipient answered 503.", None), id="away"),
        pytest.param(404, b"", Unreachable("The recipient answered 404.", None), id="not found"),
        pytest.param(
            200,
            b"<html>Log in</html>",
            Unreachable(
                "The recipient answered 200 where RFC 8935 section 2.2 asks for 202.", None
            ),
            id="a page of something else",
        ),
        pytest.param(
            307,
            b"",
            Unreachable("The recipient answered 307; a push does not follow redirects.", None),
            id="a redirect",
        ),
    ],
)
def test_an_answer_has_one_meaning(status: int, body: bytes, expected: Outcome) -> None:
    assert classify(status, {}, body) == expected


@pytest.mark.parametrize(
    "status", [200, 204, 301, 307, 404, 405, 406, 409, 410, 415, 501, 100, 999]
)
def test_what_is_no_answer_to_a_push_is_tried_again(status: int) -> None:
    assert verdict(status) is Verdict.UNREACHABLE


@pytest.mark.parametrize("err", ["", "something_new", "INVALID_KEY"])
def test_a_refusal_for_an_unknown_reason_is_not_tried_again(err: str) -> None:
    assert verdict(400, err) is Verdict.SET_ASIDE


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_by_itself_is_tried_again(status: int) -> None:
    assert isinstance(classify(status, {}, b""), Unreachable)


DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Retry-After": "120"}, 120.0, id="seconds"),
        pytest.param({"retry-after": " 7 "}, 7.0, id="another case, with spaces"),
        pytest.param(
            {"Retry-After": "Sun, 06 Nov 1994 08:50:07 GMT", "Date": DATE}, 30.0, id="a date"
        ),
        pytest.param(
            {"Retry-After": "Sun, 06 Nov 1994 08:00:00 GMT", "Date": DATE}, 0.0, id="a past date"
        ),
        pytest.param({"Retry-After": DATE}, None, id="a date without one to count from"),
        pytest.param(
            {"Retry-After": "Sun, 06 Nov 1994 08:50:07 -0000", "Date": DATE},
            None,
            id="a date of no zone",
        ),
        pytest.param({"Retry-After": "soon", "Date": DATE}, None, id="a word"),
        pytest.param({"Retry-After": "-5"}, None, id="a negative number"),
        pytest.param({"Retry-After": "²"}, None, id="a digit that is none"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_recipient_says_when_to_come_back(
    headers: dict[str, str], expected: float | None
) -> None:
    assert classify(503, headers, b"") == Unreachable("The recipient answered 503.", expected)


@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["Retry-After", "Date"]), st.text(max_size=20)),
    st.binary(max_size=40),
)
def test_any_answer_has_a_meaning(status: int, headers: dict[str, str], body: bytes) -> None:
    assert isinstance(classify(status, headers, body), Outcome)
