"""A SCIM client that makes sure of every change, whatever happens to the service meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from helio.api import Api
from heliograph_demo.changes import (
    Change,
    Create,
    Delete,
    Patch,
    Replace,
    body_of,
    endpoint_of,
    external_id_of,
    resolved,
)

_MEDIA_TYPE = "application/scim+json"
_ANSWER_SECONDS = 30.0
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2
_PAGE = 200
_AWAY = frozenset({429, 502, 503, 504})


class ChangeError(Exception):
    """The service refused a change, or was away for too long."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any


class ScimClient:
    """Makes changes at one cluster, remembering the id of each resource that it creates."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._base = api.url("scim-gateway", "/scim/v2")
        self.ids: dict[str, str] = {}
        self.retries = 0

    async def make(self, change: Change) -> None:
        """Make a change. Raises `ChangeError`.

        A request that had no answer is sent again; that the first one may have taken effect is
        allowed for: a POST by looking the resource up, the others by their repeatability.
        """
        ends = time.monotonic() + _PATIENCE_SECONDS
        is_repeated = False
        while True:
            if is_repeated and isinstance(change, Create) and await self._find(change.key, ends):
                return
            answer = await self._try(change)
            if answer is not None and answer.status not in _AWAY:
                self._settle(change, answer, is_repeated=is_repeated)
                return
            is_repeated = True
            await self._pause(change, answer, ends)

    async def resources(self, endpoint: str) -> AsyncIterator[Mapping[str, Any]]:
        """Give every resource of an endpoint once, whatever is written meanwhile (RFC 9865)."""
        cursor, is_last = "", False
        while not is_last:
            url = f"{self._base}{endpoint}?cursor={cursor}&count={_PAGE}"
            page = await self._api.call("GET", url)
            for resource in page.get("Resources", ()):
                yield resource
            cursor = page.get("nextCursor", "")
            is_last = not cursor

    async def exists(self, key: str, resource_id: str) -> bool:
        """Say whether a resource is there."""
        answer = await self._send("GET", f"{self._base}{endpoint_of(key)}/{resource_id}", None)
        return answer is not None and answer.status == 200

    async def _try(self, change: Change) -> _Answer | None:
        """Send a change once; None when there was no answer."""
        body = resolved(body_of(change), self.ids)
        url = self._base + endpoint_of(change.key)
        match change:
            case Create():
                return await self._send("POST", url, body)
            case Replace(key, _):
                return await self._send("PUT", f"{url}/{self.ids[key]}", body)
            case Patch(key, _):
                return await self._send("PATCH", f"{url}/{self.ids[key]}", body)
            case Delete(key):
                return await self._send("DELETE", f"{url}/{self.ids[key]}", None)

    async def _send(self, method: str, url: str, body: object) -> _Answer | None:
        headers = {
            "Authorization": f"Bearer {self._api.admin_token}",
            "Content-Type": _MEDIA_TYPE,
        }
        data = None if body is None else orjson.dumps(body)
        timeout = aiohttp.ClientTimeout(_ANSWER_SECONDS)
        try:
            async with self._api.session.request(
                method, url, data=data, headers=headers, timeout=timeout
            ) as response:
                content = await response.read()
                return _Answer(response.status, orjson.loads(content) if content else None)
        except (aiohttp.ClientError, TimeoutError):
            return None

    def _settle(self, change: Change, answer: _Answer, *, is_repeated: bool) -> None:
        match change, answer:
            case Create(key, _), _Answer(201, body):
                self.ids[key] = body["id"]
            case _, _Answer(200 | 204, _):
                return
            case Delete(), _Answer(404, _) if is_repeated:
                return
            case Patch(), _Answer(400, {"scimType": "noTarget"}) if is_repeated:
                return
            case _:
                detail = answer.body.get("detail") if isinstance(answer.body, dict) else answer.body
                raise ChangeError(f"{_named(change)} was answered {answer.status}: {detail}")

    async def _find(self, key: str, ends: float) -> bool:
        """Look up what an unanswered POST may have created, and remember its id."""
        query = f"?filter=externalId%20eq%20%22{external_id_of(key)}%22"
        while time.monotonic() < ends:
            answer = await self._send("GET", self._base + endpoint_of(key) + query, None)
            if answer is not None and answer.status == 200:
                found = answer.body.get("Resources") or []
                if found:
                    self.ids[key] = found[0]["id"]
                return bool(found)
            await asyncio.sleep(_PAUSE_SECONDS)
        return False

    async def _pause(self, change: Change, answer: _Answer | None, ends: float) -> None:
        if time.monotonic() > ends:
            why = "had no answer" if answer is None else f"was answered {answer.status}"
            raise ChangeError(f"{_named(change)} {why} for {_PATIENCE_SECONDS:.0f} s")
        self.retries += 1
        await asyncio.sleep(_PAUSE_SECONDS)


def _named(change: Change) -> str:
    return f"{type(change).__name__} of {change.key}"
