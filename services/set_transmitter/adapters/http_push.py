"""Pushing SETs over HTTP (RFC 8935 section 2)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from opentelemetry import trace

from secevent.push import MEDIA_TYPE, Outcome, Unreachable, classify
from servicekit.telemetry import link_to
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream

_MOST_ERROR_BYTES: Final = 64 * 1024
_KEEP_ALIVE_SECONDS: Final = 30.0

_tracer = trace.get_tracer(__name__)


class HttpPush:
    """Sends over kept connections; redirects are not followed."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        """Send a signed SET once, in a span that is linked to the trace of its change."""
        traceparent = pending.logged.event.traceparent
        if not traceparent:
            return await self._send(stream, pending.jwt or "")
        with _tracer.start_as_current_span(
            "set.push",
            links=link_to(traceparent),
            attributes={"ssf.stream_id": stream.stream_id},
        ) as span:
            outcome = await self._send(stream, pending.jwt or "")
            span.set_attribute("set.outcome", type(outcome).__name__)
            return outcome

    async def _send(self, stream: Stream, jwt: str) -> Outcome:
        try:
            async with self._session.post(
                stream.endpoint_url,
                data=jwt.encode(),
                headers=_headers(stream.authorization_header),
                allow_redirects=False,
            ) as response:
                return classify(response.status, response.headers, await _error_body(response))
        except TimeoutError:
            return Unreachable("The receiver did not answer in time.", None)
        except aiohttp.ClientConnectorError as error:
            return Unreachable(f"The receiver cannot be reached: {error}.", None)
        except (aiohttp.ClientError, ValueError) as error:
            # its text may hold the Authorization header
            return Unreachable(f"The SET could not be sent: {type(error).__name__}.", None)


@asynccontextmanager
async def push_session(*, timeout_seconds: float) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client whose requests end after a time; it keeps no cookies."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
        timeout=aiohttp.ClientTimeout(total=timeout_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield session


async def _error_body(response: aiohttp.ClientResponse) -> bytes:
    """Return what a recipient says, of which it needs to say little."""
    body = b""
    while len(body) < _MOST_ERROR_BYTES:
        chunk = await response.content.read(_MOST_ERROR_BYTES - len(body))
        if not chunk:
            break
        body += chunk
    return body


def _headers(authorization: str) -> Mapping[str, str]:
    headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json", "Accept-Language": "en"}
    return {**headers, "Authorization": authorization} if authorization else headers
