"""Remote poll endpoints (RFC 8936 section 2)."""

from collections.abc import Mapping
from typing import Final

import aiohttp
import orjson
from yarl import URL

from secevent.errors import SetError
from secevent.poll import PollRequest, PollResponse, parse_poll_response, poll_request_body
from secevent.push import retry_after
from servicekit.http_body import TooLargeError, read_at_most
from set_receiver.domain.polling import Gone, PollAnswer, Unreachable
from set_receiver.domain.streams import ReceiveStream

# Longer than any server holds a request: ours does so for at most 60 s.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=180.0, connect=5.0, sock_read=75.0)
_LARGEST_ANSWER = 128 * 1024 * 1024
_LONGEST_RETRY_AFTER = 300.0


class HttpPollEndpoint:
    """Polls by HTTP; redirects are not followed, and queries of endpoint URLs are kept."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def poll(self, stream: ReceiveStream, request: PollRequest) -> PollAnswer:
        """Send one request, as the port says."""
        try:
            return await self._post(stream, request)
        except TimeoutError:
            return Unreachable("the transmitter did not answer in time", None)
        except (aiohttp.ClientConnectorError, TooLargeError) as error:
            return Unreachable(str(error), None)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # its text may hold the URL, and a URL's query a secret
            return Unreachable(f"the request failed: {type(error).__name__}", None)

    async def _post(self, stream: ReceiveStream, request: PollRequest) -> PollAnswer:
        async with self._session.post(
            URL(stream.endpoint_url, encoded=True),
            data=orjson.dumps(poll_request_body(request)),
            headers=_headers(stream, request),
            allow_redirects=False,
            timeout=_TIMEOUT,
        ) as response:
            if response.status != 200:
                return _refusal(response.status, response.headers)
            return _parse(await read_at_most(response, _LARGEST_ANSWER))


def _headers(stream: ReceiveStream, request: PollRequest) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    if stream.authorization_header:
        headers["Authorization"] = stream.authorization_header
    if request.set_errs:
        # RFC 8936 section 2.6: the language of the descriptions
        headers["Content-Language"] = "en"
    return headers


def _parse(body: bytes) -> PollResponse | Unreachable:
    try:
        return parse_poll_response(orjson.loads(body))
    except (orjson.JSONDecodeError, SetError) as error:
        return Unreachable(f"the answer is no poll response (RFC 8936 section 2.3): {error}", None)


def _refusal(status: int, headers: Mapping[str, str]) -> Unreachable | Gone:
    asked = retry_after(headers)
    wait = None if asked is None else min(asked, _LONGEST_RETRY_AFTER)
    match status:
        case 401 | 403:
            reason = "it does not accept the credentials"
        case 404 | 410:
            return Gone(f"the transmitter answered {status}: it does not know the stream")
        case 429:
            reason = "it is asked too often"
        case _ if 300 <= status < 400:
            reason = "redirects are not followed"
        case _:
            return Unreachable(f"the transmitter answered {status}", wait)
    return Unreachable(f"the transmitter answered {status}: {reason}", wait)
