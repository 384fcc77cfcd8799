"""Remote SCIM service providers, as publishers of resources (RFC 7644 section 3.4.1)."""

from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from secevent.errors import SetError
from secevent.retry import LONGEST_RETRY_AFTER
from secevent.subjects import resource_of
from servicekit.http_body import TooLargeError, read_at_most
from set_receiver.domain.fetching import (
    Answer,
    Gone,
    Publisher,
    Unfetched,
    fetched,
    says_not_found,
)

_TIMEOUT: Final = aiohttp.ClientTimeout(total=60.0, connect=5.0, sock_read=30.0)
_LARGEST_RESOURCE: Final = 32 * 1024 * 1024
"""A group of 100,000 members is 6 MB."""
_LARGEST_ERROR: Final = 64 * 1024
_NOBODY_IS_SERVED: Final = frozenset({401, 429, 502, 503, 504})


class HttpPublishedResources:
    """Fetches by HTTP; redirects are not followed."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def fetch(self, publisher: Publisher, uri: str) -> Answer:
        """Fetch one resource, as the port says."""
        try:
            return await self._get(publisher, uri)
        except aiohttp.ClientConnectorError as error:
            return _away(str(error))
        except TooLargeError as error:
            return Unfetched("TOO_LARGE", str(error), None, is_away=False)
        except TimeoutError:
            return _failed("the publisher did not answer in time")
        except (aiohttp.ClientError, OSError, ValueError, SetError) as error:
            # its text may hold the URL, and so personal data
            return _failed(f"the request failed: {type(error).__name__}")

    async def _get(self, publisher: Publisher, uri: str) -> Answer:
        _, resource_id = resource_of({"format": "scim", "uri": uri})
        async with self._session.get(
            URL(publisher.scim_base_url + uri, encoded=True),
            headers=_headers(publisher),
            allow_redirects=False,
            timeout=_TIMEOUT,
        ) as response:
            match response.status:
                case 200:
                    body = await read_at_most(response, _LARGEST_RESOURCE)
                    return fetched(body, resource_id=resource_id)
                case 404 if says_not_found(await read_at_most(response, _LARGEST_ERROR)):
                    return Gone()
                case status:
                    return _refused(status, response.headers)


def _headers(publisher: Publisher) -> dict[str, str]:
    headers = {"Accept": "application/scim+json", "Accept-Encoding": "identity"}
    if publisher.authorization_header:
        headers["Authorization"] = publisher.authorization_header
    return headers


def _refused(status: int, headers: Mapping[str, str]) -> Unfetched:
    reason = "PUBLISHER_AWAY" if status in _NOBODY_IS_SERVED else "PUBLISHER_REFUSED"
    return Unfetched(
        reason, _detail(status), _retry_after(headers), is_away=status in _NOBODY_IS_SERVED
    )


def _detail(status: int) -> str:
    match status:
        case 401 | 403:
            return f"the publisher answered {status}: it does not accept the credentials"
        case 404:
            return "the publisher answered 404, not as a SCIM service provider does: check its URL"
        case _ if 300 <= status < 400:
            return f"the publisher answered {status}: redirects are not followed"
        case _:
            return f"the publisher answered {status}"


def _away(detail: str) -> Unfetched:
    return Unfetched("PUBLISHER_AWAY", detail, None, is_away=True)


def _failed(detail: str) -> Unfetched:
    return Unfetched("PUBLISHER_FAILED", detail, None, is_away=False)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdigit() and len(value) < 10
    return min(float(value), LONGEST_RETRY_AFTER) if is_number else None
