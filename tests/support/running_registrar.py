"""ssf-registrar on real sockets, with people who hold tokens of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import orjson
from support.in_process import free_port, serving

from servicekit.bearer import token_hash
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.runtime import Service
from servicekit.settings import private_folder
from ssf_registrar.app import build, open_storage
from ssf_registrar.domain.tokens import Token
from ssf_registrar.settings import Settings

ADMIN = "token-of-the-admin"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    json: Any


@dataclass(frozen=True, slots=True)
class Registrar:
    """A running registrar, seen from outside."""

    origin: str
    settings: Settings
    session: aiohttp.ClientSession
    channel: grpc.aio.Channel
    ending: asyncio.Event
    """Set it to end the service, as a signal does."""

    async def request(
        self, method: str, path: str, *, token: str | None = ADMIN, **options: Any
    ) -> Answer:
        """Send a request; `json` or `data` in the options is its body."""
        headers = {**({} if token is None else {"Authorization": f"Bearer {token}"})}
        headers |= options.pop("headers", {})
        async with self.session.request(
            method, f"{self.origin}{path}", headers=headers, **options
        ) as answer:
            body = await answer.read()
            lower_case = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, lower_case, orjson.loads(body) if body else None)

    async def create(self, token: str = ADMIN, **body: Any) -> dict[str, Any]:
        """Create a stream and return its configuration."""
        answer = await self.request("POST", "/ssf/streams", token=token, json=body)
        assert answer.status == 201, answer
        assert isinstance(answer.json, dict)
        return answer.json


def settings_of(folder: Path, **settings: Any) -> Settings:
    """Return the settings of a registrar that keeps its data in a folder."""
    given = {"data": folder, "port": free_port() - 1, "admin_token": ADMIN, **settings}
    return Settings(**given)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Registrar]:
    """Run a registrar until the block ends."""
    endings = []

    def noting_ending(
        given: Settings, ending: asyncio.Event
    ) -> AbstractAsyncContextManager[Service]:
        endings.append(ending)
        return build(given, ending)

    async with (
        serving("ssf-registrar", settings, noting_ending) as origin,
        aiohttp.ClientSession() as session,
        open_channel(unix_endpoint(settings.data, "ssf-registrar")) as channel,
    ):
        yield Registrar(origin, settings, session, channel, endings[0])


async def give_token(settings: Settings, token: str, *, subject: str, scopes: str) -> None:
    """Store a token of the default tenant, as an operator's tool would."""
    private_folder(settings.data)
    granted = Token(
        token_hash(token), "default", subject, subject, frozenset(scopes.split()), expires=0
    )
    async with open_storage(settings, asyncio.Event()) as storage:
        await storage.tokens.replace(granted)
