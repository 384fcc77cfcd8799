"""People who join, change and leave without a pause, whatever happens to the services."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from helio.api import Api
from heliograph_soak.ledger import Account, Ledger

_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_MEDIA_TYPE = "application/scim+json"
_TIMEOUT = aiohttp.ClientTimeout(20.0)
_AGAIN_SECONDS = 0.2
_AWAY = frozenset({429, 502, 503, 504})
_CHANGES_EACH = 40
_LEAVES_EVERY = 3


class RefusedError(Exception):
    """A service refused what it must not refuse."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any


@dataclass(slots=True)
class Worker:
    """Makes people, one after the other, and changes each many times; every third one leaves.

    It alone writes to them. Each change demands the version before it (If-Match), so that a
    request that was given up and takes effect late cannot undo a later one.
    """

    api: Api
    ledger: Ledger
    name: str
    pause: float
    retries: int = 0

    async def run(self, stopping: asyncio.Event, tell: Callable[[], None]) -> None:
        """Work until told to stop; what was begun is finished. Raises `RefusedError`."""
        number = 0
        while not stopping.is_set():
            account = await self._join(f"{self.name}-{number}")
            tell()
            for step in range(1, _CHANGES_EACH):
                if stopping.is_set():
                    break
                await self._retitle(account, f"title {step}")
                tell()
                await asyncio.sleep(self.pause)
            if number % _LEAVES_EVERY == 0:
                await self._leave(account)
                tell()
            number += 1

    async def _join(self, name: str) -> Account:
        body = {"schemas": [_USER], "userName": name, "externalId": name, "title": "title 0"}
        while True:
            answer = await self._send("POST", "/Users", body)
            if answer is None or answer.status == 409:
                answer = await self._found(name)
            if answer is not None and answer.status in {200, 201}:
                uri = f"/Users/{answer.body['id']}"
                version = answer.body["meta"]["version"]
                return self.ledger.created(uri, version=version, title="title 0")
            await self._again(answer)

    async def _found(self, name: str) -> _Answer | None:
        """Look whether a request that had no answer has taken effect."""
        answer = await self._send("GET", f'/Users?filter=externalId%20eq%20"{name}"')
        if answer is None or answer.status != 200 or not answer.body.get("Resources"):
            return None
        return _Answer(200, answer.body["Resources"][0])

    async def _retitle(self, account: Account, title: str) -> None:
        operation = {"op": "replace", "path": "title", "value": title}
        body = {"schemas": [_PATCH_OP], "Operations": [operation]}
        while True:
            answer = await self._send("PATCH", account.uri, body, if_match=account.versions[-1])
            if answer is not None and answer.status == 412:
                answer = await self._send("GET", account.uri)
                if answer is not None and answer.status == 200 and answer.body["title"] != title:
                    raise RefusedError(f"{account.uri} was changed by somebody else")
            if answer is not None and answer.status == 200:
                account.versions.append(answer.body["meta"]["version"])
                account.title = title
                return
            await self._again(answer)

    async def _leave(self, account: Account) -> None:
        while True:
            answer = await self._send("DELETE", account.uri)
            if answer is not None and answer.status in {204, 404}:
                account.is_deleted = True
                return
            await self._again(answer)

    async def _again(self, answer: _Answer | None) -> None:
        if answer is not None and answer.status not in _AWAY:
            raise RefusedError(f"a request was answered {answer.status}: {answer.body}")
        self.retries += 1
        await asyncio.sleep(_AGAIN_SECONDS)

    async def _send(
        self, method: str, path: str, body: object = None, *, if_match: str | None = None
    ) -> _Answer | None:
        headers = {
            "Authorization": f"Bearer {self.api.admin_token}",
            "Content-Type": _MEDIA_TYPE,
            **({"If-Match": if_match} if if_match else {}),
        }
        url = self.api.url("scim-gateway", "/scim/v2") + path
        data = None if body is None else orjson.dumps(body)
        try:
            async with self.api.session.request(
                method, url, data=data, headers=headers, timeout=_TIMEOUT
            ) as response:
                content = await response.read()
                return _Answer(response.status, orjson.loads(content) if content else None)
        except (aiohttp.ClientError, TimeoutError):
            return None
