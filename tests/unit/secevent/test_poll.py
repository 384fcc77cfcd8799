from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent.errors import InvalidRequestError
from secevent.poll import (
    PollRequest,
    PollResponse,
    SetErr,
    parse_poll_request,
    parse_poll_response,
    poll_request_body,
    poll_response_body,
)

names = st.text(min_size=1, max_size=12)
requests = st.builds(
    PollRequest,
    max_events=st.none() | st.integers(0, 2**31),
    return_immediately=st.booleans(),
    ack=st.lists(names, max_size=3).map(tuple),
    set_errs=st.dictionaries(names, st.builds(SetErr, names, st.text(max_size=9)), max_size=3),
)
responses = st.builds(
    PollResponse,
    sets=st.dictionaries(names, names, max_size=3),
    more_available=st.booleans(),
)
EMPTY = PollRequest(max_events=None, return_immediately=False, ack=(), set_errs={})


@given(requests)
def test_a_request_comes_back_as_it_was(request: PollRequest) -> None:
    body = orjson.dumps(poll_request_body(request))

    assert parse_poll_request(orjson.loads(body)) == request


@given(responses)
def test_a_response_comes_back_as_it_was(response: PollResponse) -> None:
    body = orjson.dumps(poll_response_body(response))

    assert parse_poll_response(orjson.loads(body)) == response


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="absent members"),
        pytest.param(
            {"ack": None, "setErrs": None, "maxEvents": None, "returnImmediately": None},
            id="null members",
        ),
        pytest.param({"timeoutSecs": 30}, id="unknown members"),
    ],
)
def test_an_empty_request_asks_for_all_and_waits(body: dict[str, Any]) -> None:
    assert parse_poll_request(body) == EMPTY


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param([], "A poll request must be", id="an array"),
        pytest.param({"maxEvents": -1}, "maxEvents", id="a negative bound"),
        pytest.param({"maxEvents": 1.0}, "maxEvents", id="a bound with a fraction"),
        pytest.param({"maxEvents": "1"}, "maxEvents", id="a bound in quotes"),
        pytest.param({"maxEvents": True}, "maxEvents", id="a bound that is a boolean"),
        pytest.param({"returnImmediately": "true"}, "returnImmediately", id="true in quotes"),
        pytest.param({"returnImmediately": 1}, "returnImmediately", id="1 for true"),
        pytest.param({"ack": "a"}, "ack", id="one jti without an array"),
        pytest.param({"ack": [1]}, "ack", id="a jti that is a number"),
        pytest.param({"setErrs": ["a"]}, "setErrs", id="errors in an array"),
        pytest.param({"setErrs": {"a": "x"}}, "setErrs", id="an error that is a string"),
        pytest.param({"setErrs": {"a": {}}}, "err", id="an error without its code"),
    ],
)
def test_a_malformed_request_is_refused(body: object, complaint: str) -> None:
    with pytest.raises(InvalidRequestError, match=complaint):
        parse_poll_request(body)


def test_an_error_may_lack_its_description() -> None:
    request = parse_poll_request({"setErrs": {"a": {"err": "invalid_key"}}})

    assert request.set_errs == {"a": SetErr("invalid_key", "")}


def test_one_value_that_is_no_token_does_not_spoil_the_others() -> None:
    response = parse_poll_response({"sets": {"a": "x.y.z", "b": 5}})

    assert response.sets == {"a": "x.y.z", "b": ""}


@pytest.mark.parametrize("body", [{}, {"sets": None}, {"sets": {}, "moreAvailable": None}])
def test_a_response_may_hold_nothing(body: object) -> None:
    assert parse_poll_response(body) == PollResponse(sets={}, more_available=False)


@pytest.mark.parametrize("body", [[], None, {"sets": []}, {"sets": {}, "moreAvailable": "yes"}])
def test_a_malformed_response_is_refused(body: object) -> None:
    with pytest.raises(InvalidRequestError):
        parse_poll_response(body)
