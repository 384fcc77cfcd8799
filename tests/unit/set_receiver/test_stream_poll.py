"""The loop of one polled stream, answer by answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from support.received_sets import STREAM

from secevent.errors import InvalidAudienceError
from secevent.poll import PollRequest, PollResponse, SetErr
from servicekit.signals import News
from set_receiver.domain.acceptance import Acceptance, Delivered, Received, Refused, Undecided
from set_receiver.domain.polling import Gone, PollAnswer, Unreachable
from set_receiver.domain.streams import ReceiveStream
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.poll_loop import StreamPoll
from set_receiver.entrypoints.troubles import Troubles

NEW = Received(is_new=True)
EMPTY = PollResponse({}, more_available=False)


@dataclass
class FakeEndpoint:
    """Answers at once, and remembers what it was asked."""

    answers: list[PollAnswer]
    requests: list[PollRequest] = field(default_factory=list)

    async def poll(self, stream: ReceiveStream, request: PollRequest) -> PollAnswer:
        assert stream is STREAM
        self.requests.append(request)
        return self.answers.pop(0)


def sets(*compacts: str) -> PollResponse:
    return PollResponse(
        {f"jti-of-{compact}": compact for compact in compacts}, more_available=False
    )


async def polled(
    *answers: PollAnswer, **outcomes: Acceptance
) -> tuple[list[float], list[PollRequest]]:
    """Return the pauses after each answer, and the requests that were sent."""

    async def take_in(
        _stream: ReceiveStream, deliveries: Sequence[Delivered]
    ) -> Sequence[Acceptance]:
        return [outcomes[delivered.compact] for delivered in deliveries]

    endpoint = FakeEndpoint(list(answers))
    poll = StreamPoll(
        STREAM,
        endpoint,
        Intake(take_in, News(), Troubles()),
        max_events=100,
        jitter=lambda: 0.0,
    )
    return [await poll.poll_once() for _ in answers], endpoint.requests


def reported(request: PollRequest) -> tuple[tuple[str, ...], dict[str, SetErr]]:
    return request.ack, dict(request.set_errs)


async def test_what_came_is_reported_with_the_next_request_and_only_then() -> None:
    refused = Refused(InvalidAudienceError("not for us"))

    pauses, requests = await polled(sets("good", "bad"), EMPTY, EMPTY, good=NEW, bad=refused)

    assert [reported(request) for request in requests] == [
        ((), {}),
        (("jti-of-good",), {"jti-of-bad": SetErr("invalid_audience", "not for us")}),
        ((), {}),
    ]
    assert pauses[0] == 0.0


async def test_reports_are_kept_until_a_request_has_an_answer() -> None:
    _, requests = await polled(sets("good"), Unreachable("away", None), EMPTY, good=NEW)

    assert [request.ack for request in requests] == [(), ("jti-of-good",), ("jti-of-good",)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Unreachable("answered 404", None), id="that answers with an error"),
        pytest.param(EMPTY, id="that has no long polling"),
        pytest.param(PollResponse({}, more_available=True), id="that promises more in vain"),
    ],
)
async def test_ever_longer_pauses_spare_a_server(answer: PollAnswer) -> None:
    pauses, _ = await polled(*[answer] * 5)

    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0]


async def test_a_stream_that_is_gone_is_asked_for_ever_more_rarely_and_told_of() -> None:
    pauses, requests = await polled(
        *[sets("good"), *[Gone("the transmitter answered 404")] * 14], EMPTY, good=NEW
    )

    assert pauses[1:4] == [0.75, 1.5, 3.0]
    assert pauses[-3:-1] == [900.0, 900.0]
    assert [request.ack for request in requests[1:]] == [("jti-of-good",)] * 15


async def test_a_server_that_forgets_acknowledgements_is_spared_too() -> None:
    pauses, _ = await polled(*[sets("good")] * 4, good=NEW)

    assert pauses == [0.0, 0.25, 0.5, 1.0]


async def test_news_end_the_pauses() -> None:
    pauses, _ = await polled(EMPTY, EMPTY, sets("good"), EMPTY, good=NEW)

    assert pauses == [0.25, 0.5, 0.0, 0.25]


async def test_duplicates_alone_are_no_reason_to_pause() -> None:
    old = Received(is_new=False)

    pauses, _ = await polled(sets("one"), sets("two"), sets("three"), one=old, two=old, three=old)

    assert pauses == [0.0, 0.0, 0.0]


async def test_what_is_undecided_is_not_reported_and_asked_for_later() -> None:
    undecided = Undecided("no keys", 3.0)

    pauses, requests = await polled(sets("good", "unclear"), EMPTY, good=NEW, unclear=undecided)

    assert pauses[0] == 3.0
    assert reported(requests[1]) == (("jti-of-good",), {})
