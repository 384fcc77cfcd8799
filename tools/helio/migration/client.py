"""A client of any SCIM service provider (RFC 7644 section 3)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

from helio.migration.access import Access
from scim.messages import MEDIA_TYPE

_ANSWER_SECONDS: Final = 120.0
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)
"""How long to wait before each further attempt, in seconds: a minute in all."""
NO_ANSWER: Final = 0


class ProviderError(Exception):
    """A service provider cannot be worked with; one line that says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    status: int
    """Of HTTP, or `NO_ANSWER`: then it may have happened all the same."""
    body: Any
    """The JSON; None where there is none."""
    detail: str = ""
    """What an error says."""

    @property
    def ok(self) -> bool:
        """Say whether it was a success."""
        return 200 <= self.status < 300

    @property
    def is_passing(self) -> bool:
        """Say whether the same request may succeed later."""
        return self.status in {NO_ANSWER, 429} or (self.status >= 500 and self.status != 501)


@dataclass(frozen=True, slots=True)
class ScimClient:
    """Sends requests with the one token."""

    session: aiohttp.ClientSession
    access: Access

    @property
    def base_uri(self) -> str:
        """The base URI of the service provider, without a trailing slash."""
        return self.access.base_uri

    async def ask(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request once. The path begins with a slash, below the base URI."""
        headers = {
            "Authorization": f"Bearer {self.access.token}",
            "Accept": f"{MEDIA_TYPE}, application/json",
            "Content-Type": MEDIA_TYPE,
        }
        data = None if body is None else orjson.dumps(body)
        try:
            async with self.session.request(
                method,
                self.base_uri + path,
                data=data,
                params=query,
                headers=headers,
                # Another place than the one that was named does not get the token.
                allow_redirects=False,
            ) as response:
                return self._answer(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(NO_ANSWER, None, self._masked(str(error) or "no answer in time"))

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a GET, asking again while it may pass."""
        answer = await self.ask("GET", path, query=query)
        for pause in PAUSES:
            if not answer.is_passing:
                break
            await asyncio.sleep(pause)
            answer = await self.ask("GET", path, query=query)
        return answer

    async def read(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at a path. Raises `ProviderError`."""
        answer = await self.get(path, query)
        if not answer.ok:
            raise self.failure("GET", path, answer)
        if not isinstance(answer.body, dict):
            raise ProviderError(f"GET {self.base_uri}{path}: what came is no JSON object")
        return answer.body

    def failure(self, method: str, path: str, answer: Answer) -> ProviderError:
        """Return an error that says what was asked and what came of it."""
        came = answer.detail if answer.status == NO_ANSWER else f"{answer.status} {answer.detail}"
        return ProviderError(f"{method} {self.base_uri}{path}: {came.strip()}")

    def _answer(self, status: int, content: bytes) -> Answer:
        if 300 <= status < 400:
            return Answer(status, None, "leads elsewhere: name the URL that it leads to")
        try:
            body = orjson.loads(content) if content else None
        except orjson.JSONDecodeError:
            text = content[:200].decode(errors="replace") if status >= 300 else "no JSON came"
            return Answer(status, None, self._masked(text))
        detail = body.get("detail") or body.get("scimType") if isinstance(body, dict) else None
        return Answer(status, body, self._masked(str(detail or "")))

    def _masked(self, text: str) -> str:
        return text.replace(self.access.token, "…")


@asynccontextmanager
async def opened(access: Access) -> AsyncIterator[ScimClient]:
    """Give a client until the block ends."""
    timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield ScimClient(session, access)
