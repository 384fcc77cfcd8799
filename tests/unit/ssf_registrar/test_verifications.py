"""Which requests for a verification event are taken (SSF 1.0 section 8.1.4.2)."""

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.domain.errors import InvalidRequestError, VerificationTooSoonError
from ssf_registrar.domain.liveness import Liveness
from ssf_registrar.domain.routing import RouteMode, Routing
from ssf_registrar.domain.streams import Poll, ReceivePush, Status
from ssf_registrar.domain.verifications import check_interval, check_verifiable, state_of

STREAM = a_stream(liveness=Liveness(min_verification_interval=60))
SECOND = 1_000_000


@pytest.mark.parametrize("status", [Status.ENABLED, Status.PAUSED])
def test_a_stream_that_sends_or_holds_can_be_verified(status: Status) -> None:
    check_verifiable(a_stream(delivery=Poll(), status=status))


@pytest.mark.parametrize(
    "stream",
    [
        a_stream(status=Status.DISABLED),
        a_stream(delivery=ReceivePush("Bearer mine")),
        a_stream(delivery=Poll(), routing=Routing(route_mode=RouteMode.FORWARD)),
    ],
    ids=["disabled", "one that receives", "one that forwards"],
)
def test_a_stream_that_sends_nothing_cannot_be_verified(stream: object) -> None:
    with pytest.raises(InvalidRequestError):
        check_verifiable(stream)  # type: ignore[arg-type]


def test_a_state_is_any_string_or_none() -> None:
    assert [state_of(body) for body in ({}, {"state": None}, {"state": ""})] == [None, None, ""]


@pytest.mark.parametrize("state", [7, ["a"], "x" * 4_097], ids=["number", "array", "too long"])
def test_another_state_is_refused(state: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^state must be"):
        state_of({"state": state})


@pytest.mark.parametrize(
    ("last", "now"), [(0, 1), (100, 160), (100, 1_000)], ids=["first", "in time", "later"]
)
def test_a_request_in_its_time_is_taken(last: int, now: int) -> None:
    check_interval(STREAM, last=last * SECOND, now=now * SECOND)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(100 * SECOND, 60), (159 * SECOND + 1, 1), (40 * SECOND, 60)],
    ids=["at once", "almost in time", "by a clock that was set back"],
)
def test_a_request_too_soon_is_told_when(now: int, seconds: int) -> None:
    with pytest.raises(VerificationTooSoonError) as refused:
        check_interval(STREAM, last=100 * SECOND, now=now)

    assert refused.value.retry_after == seconds


def test_without_an_interval_every_request_is_taken() -> None:
    check_interval(a_stream(liveness=Liveness(0)), last=5, now=5)
