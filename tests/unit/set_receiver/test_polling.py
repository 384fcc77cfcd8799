import pytest

from secevent.errors import InvalidAudienceError
from secevent.poll import PollResponse, SetErr
from set_receiver.domain.acceptance import Received, Refused, Undecided
from set_receiver.domain.polling import (
    NOTHING,
    Reports,
    Unreachable,
    is_idle,
    pause_after_failure,
    pause_when_idle,
    pause_while_undecided,
    reports,
)


def test_each_outcome_is_reported_but_those_that_are_undecided() -> None:
    outcomes = {
        "new": Received(is_new=True),
        "old": Received(is_new=False),
        "bad": Refused(InvalidAudienceError("not for us")),
        "unknown": Undecided("no keys", 1.0),
    }

    assert reports(outcomes) == Reports(
        ack=("new", "old"), set_errs={"bad": SetErr("invalid_audience", "not for us")}
    )


@pytest.mark.parametrize(
    ("jtis", "seconds", "expected"),
    [
        pytest.param([], 0.0, True, id="nothing at once"),
        pytest.param([], 30.0, False, id="nothing after a long poll"),
        pytest.param(["new"], 0.0, False, id="news at once"),
        pytest.param(["acked"], 0.0, True, id="only what was just acknowledged"),
        pytest.param(["refused", "acked"], 0.0, True, id="only what was just reported"),
        pytest.param(["acked", "new"], 0.0, False, id="news beside what was acknowledged"),
    ],
)
def test_an_answer_is_idle_that_brings(jtis: list[str], seconds: float, expected: bool) -> None:
    response = PollResponse(dict.fromkeys(jtis, ""), more_available=False)
    reported = Reports(ack=("acked",), set_errs={"refused": SetErr("invalid_request", "")})

    assert is_idle(response, reported=reported, seconds=seconds) is expected


def test_an_empty_answer_that_promises_more_is_idle_too() -> None:
    assert is_idle(PollResponse({}, more_available=True), reported=NOTHING, seconds=0.0)


@pytest.mark.parametrize(
    ("attempt", "retry_after", "expected"),
    [
        pytest.param(1, None, 0.25, id="soon at first"),
        pytest.param(3, None, 1.0, id="later after more failures"),
        pytest.param(50, None, 30.0, id="half a minute at most"),
        pytest.param(1, 7.0, 7.0, id="not before the server asks for it"),
    ],
)
def test_a_failure_is_followed_by_a_try(
    attempt: int, retry_after: float | None, expected: float
) -> None:
    failure = Unreachable("answered 404", retry_after)

    assert pause_after_failure(failure, attempt=attempt, jitter=0.0) == expected


def test_idle_polls_come_at_least_every_five_seconds() -> None:
    assert [pause_when_idle(attempt=n, jitter=0.0) for n in (1, 2, 50)] == [0.25, 0.5, 5.0]


def test_undecided_sets_are_fetched_again_when_the_last_of_them_may_be_decided() -> None:
    undecided = [Undecided("", 1.0), Undecided("", 9.0)]

    assert pause_while_undecided(undecided, attempt=1, jitter=0.0) == 9.0
