"""Polls over HTTP: what is sent, and what each answer means (RFC 8936 section 2)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from support.received_sets import STREAM

from secevent.poll import PollRequest, PollResponse, SetErr
from set_receiver.adapters.poll_client import HttpPollEndpoint
from set_receiver.domain.polling import Gone, PollAnswer, Unreachable
from set_receiver.domain.streams import Delivery

NOTHING = PollRequest(max_events=10, return_immediately=False, ack=(), set_errs={})


@dataclass
class Transmitter:
    """A poll endpoint that answers as it is told."""

    endpoint: HttpPollEndpoint
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"sets": {}}'
    asked: list[tuple[web.Request, Any]] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request, await request.json()))
        return web.Response(status=self.status, headers=self.headers, text=self.body)

    async def poll(self, request: PollRequest = NOTHING) -> PollAnswer:
        polled = replace(
            STREAM,
            delivery=Delivery.POLL,
            endpoint_url=self.url,
            authorization_header="Bearer mine",
        )
        return await self.endpoint.poll(polled, request)


@pytest.fixture
async def transmitter() -> AsyncIterator[Transmitter]:
    async with aiohttp.ClientSession() as session:
        served = Transmitter(HttpPollEndpoint(session))
        app = web.Application()
        app.router.add_post("/poll", served.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/poll"
        yield served
        await runner.cleanup()


async def test_a_poll_has_all_that_the_rfc_asks_of_it(transmitter: Transmitter) -> None:
    errors = {"jti-2": SetErr("invalid_key", "unknown")}

    answer = await transmitter.poll(replace(NOTHING, ack=("jti-1",), set_errs=errors))

    request, body = transmitter.asked[0]
    assert answer == PollResponse({}, more_available=False)
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Authorization"] == "Bearer mine"
    assert request.headers["Content-Language"] == "en"
    assert body == {
        "maxEvents": 10,
        "returnImmediately": False,
        "ack": ["jti-1"],
        "setErrs": {"jti-2": {"err": "invalid_key", "description": "unknown"}},
    }


async def test_without_errors_no_language_is_named(transmitter: Transmitter) -> None:
    await transmitter.poll()

    assert "Content-Language" not in transmitter.asked[0][0].headers


@pytest.mark.parametrize("status", [404, 410])
async def test_a_stream_may_be_gone(transmitter: Transmitter, status: int) -> None:
    transmitter.status = status

    answer = await transmitter.poll()

    assert answer == Gone(f"the transmitter answered {status}: it does not know the stream")


@pytest.mark.parametrize(
    ("status", "headers", "retry_after"),
    [
        (401, {}, None),
        (403, {}, None),
        (429, {"Retry-After": "7"}, 7.0),
        (429, {"Retry-After": "100000"}, 300.0),
        (
            503,
            {
                "Date": "Sat, 28 Nov 2026 10:00:00 GMT",
                "Retry-After": "Sat, 28 Nov 2026 10:00:30 GMT",
            },
            30.0,
        ),
        (500, {"Retry-After": "soon"}, None),
        (302, {"Location": "/poll"}, None),
        (204, {}, None),
    ],
)
async def test_another_answer_is_a_reason_to_wait(
    transmitter: Transmitter, status: int, headers: dict[str, str], retry_after: float | None
) -> None:
    transmitter.status, transmitter.headers = status, headers

    answer = await transmitter.poll()

    assert isinstance(answer, Unreachable)
    assert f"answered {status}" in answer.reason
    assert answer.retry_after == retry_after
    assert len(transmitter.asked) == 1


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"sets": []}', '{"moreAvailable": 1}'])
async def test_what_is_no_poll_response_is_a_reason_to_wait(
    transmitter: Transmitter, body: str
) -> None:
    transmitter.body = body

    assert isinstance(await transmitter.poll(), Unreachable)
