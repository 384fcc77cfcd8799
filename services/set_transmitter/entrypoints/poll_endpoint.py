"""Poll delivery (RFC 8936): SETs handed out on request, by long poll."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from secevent.errors import InvalidRequestError
from secevent.poll import PollRequest, PollResponse, parse_poll_request, poll_response_body
from servicekit.bearer import BearerTokens
from servicekit.signals import News
from set_transmitter.commands.answer_poll import HandOut, TakeAcknowledgements, take_back
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import DeliveryMethod
from set_transmitter.entrypoints.authorization import authorized
from set_transmitter.entrypoints.http_errors import (
    ContentTooLargeError,
    StreamNotFoundError,
    UnsupportedMediaTypeError,
)
from set_transmitter.entrypoints.measures import attempts, deliveries, polls_waiting
from set_transmitter.entrypoints.stream_news import StreamNews

_LONGEST_BODY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PollEndpoint:
    """Answers polls; `wait_seconds` is how long one is held that has nothing to answer with."""

    outboxes: Outboxes
    keep_streams: KeepStreams
    tokens: BearerTokens
    take_acknowledgements: TakeAcknowledgements
    hand_out: HandOut
    contacts: Contacts
    news: StreamNews
    ending: asyncio.Event
    check_active: Callable[[], None]
    """Raises `StandbyError` once this replica is not the active one any more."""
    wait_seconds: float

    async def __call__(self, request: Request) -> Response:
        """Take acknowledgements, then answer with SETs, at once or as soon as there are any."""
        grant = await authorized(
            self.tokens, request.headers.get("authorization"), "ssf.read", "ssf.manage"
        )
        stream_id = request.path_params["stream_id"]
        if self.outboxes.get(stream_id) is None:
            await self._look_again(grant.tenant, stream_id)
        outbox = self._outbox(grant.tenant, stream_id)
        self.contacts.note(stream_id, at=time.time_ns() // 1000)
        poll = await _read(request)
        settled = await self.take_acknowledgements(outbox, poll, at=time.time_ns() // 1000)
        if settled.acknowledged or settled.refused:
            deliveries.labels(stream_id, "Accepted").inc(settled.acknowledged)
            deliveries.labels(stream_id, "Refused").inc(settled.refused)
            self.news.publish([stream_id])
        async with _noticing_departure(request, self.news.of(stream_id)) as caller:
            answer = await self._answer(caller, poll, grant.tenant, stream_id)
        self.contacts.note(stream_id, at=time.time_ns() // 1000)
        return answer

    async def _answer(
        self, caller: "_Caller", poll: PollRequest, tenant: str, stream_id: str
    ) -> Response:
        news = self.news.of(stream_id)
        ends = time.monotonic() + self._seconds_to_wait(poll)
        while True:
            edition = news.edition
            if self.outboxes.get(stream_id) is None:  # it is being set back, or changed
                await self._look_again(tenant, stream_id)
            outbox = self._outbox(tenant, stream_id)
            handed = await self._hand_out(outbox, poll)
            self.check_active()
            if caller.is_gone:
                take_back(outbox, handed)
                news.publish()
                return Response()
            left = ends - time.monotonic()
            if handed or left <= 0 or self.ending.is_set():
                return self._response(outbox, handed)
            with polls_waiting.track_inprogress():
                await news.wait_past(edition, seconds=min(left, _seconds_to_next(outbox, left)))

    async def _look_again(self, tenant: str, stream_id: str) -> None:
        """Ask the registrar: a stream may be polled before the journal has told of it."""
        await self.keep_streams.look_again([(tenant, stream_id)])
        self.news.streams.publish()

    async def _hand_out(self, outbox: Outbox, poll: PollRequest) -> Sequence[Pending]:
        return await self.hand_out(
            outbox, poll.max_events, now=time.time(), monotonic=time.monotonic()
        )

    def _seconds_to_wait(self, poll: PollRequest) -> float:
        return 0.0 if poll.return_immediately or poll.max_events == 0 else self.wait_seconds

    def _outbox(self, tenant: str, stream_id: str) -> Outbox:
        outbox = self.outboxes.get(stream_id)
        if (
            outbox is None
            or outbox.stream.tenant != tenant
            or outbox.stream.method is not DeliveryMethod.POLL
        ):
            raise StreamNotFoundError(f"there is no stream {stream_id} to poll")
        return outbox

    def _response(self, outbox: Outbox, handed: Sequence[Pending]) -> Response:
        epoch = self.outboxes.epoch
        sets = {outbox.jti_of(pending.logged, epoch=epoch): pending.jwt or "" for pending in handed}
        attempts.labels(outbox.stream.stream_id).inc(len(handed))
        more = outbox.is_sending and outbox.backlog.has_free(now=time.monotonic())
        body = orjson.dumps(poll_response_body(PollResponse(sets, more)))
        return Response(body, media_type="application/json")


class _Caller:
    """Whoever waits for an answer; `is_gone` once there is nobody to answer any more."""

    is_gone = False


@asynccontextmanager
async def _noticing_departure(request: Request, news: News) -> AsyncIterator[_Caller]:
    """Notice when the caller hangs up, so that no SET goes to nobody."""
    caller = _Caller()

    async def notice() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        caller.is_gone = True
        news.publish()

    noticing = asyncio.create_task(notice())
    try:
        yield caller
    finally:
        noticing.cancel()


async def _read(request: Request) -> PollRequest:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaTypeError("send Content-Type: application/json (RFC 8936 section 2)")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise ContentTooLargeError(f"a poll request has at most {_LONGEST_BODY} bytes here")
    try:
        return parse_poll_request(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise InvalidRequestError("The body must be a JSON object (RFC 8936 section 2).") from None


def _seconds_to_next(outbox: Outbox, otherwise: float) -> float:
    next_free_at = outbox.backlog.next_free_at()
    if next_free_at is None or not outbox.is_sending:
        return otherwise
    return max(next_free_at - time.monotonic(), 0.0)
