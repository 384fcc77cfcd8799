"""The admin API of one service, which its own port serves, and no proxy before it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import orjson

from helio.api import PATIENCE_SECONDS, Api, running_cluster
from helio.settings import administrator_settings, cluster_settings
from servicekit.failures import StartError
from servicekit.settings import ServiceSettings

_BASE: Final = "/admin/v1"


@dataclass(frozen=True, slots=True)
class AdminApi:
    """What an administrator may ask of a service."""

    api: Api
    origin: str

    async def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  JSON
        """Return what there is at a path; of the query, what is None is left out.

        Raises `ApiError`.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        suffix = f"?{urlencode(given)}" if given else ""
        return await self.api.call("GET", f"{self.origin}{_BASE}{path}{suffix}")

    async def post(
        self, path: str, body: object = None, *, seconds: float = PATIENCE_SECONDS
    ) -> Any:  # noqa: ANN401  JSON
        """Return what a POST is answered with. Raises `ApiError`."""
        return await self.send("POST", path, body, seconds=seconds)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        seconds: float = PATIENCE_SECONDS,
    ) -> Any:  # noqa: ANN401  JSON
        """Return what a request is answered with; None for nothing. Raises `ApiError`."""
        return await self.api.call(method, f"{self.origin}{_BASE}{path}", body, seconds=seconds)


@asynccontextmanager
async def admin_api(
    service: str, *, data: Path | None, url: str | None = None
) -> AsyncIterator[AdminApi]:
    """Give the API of a service of the data folder's cluster, or of the one at an origin.

    Raises `StartError` where nothing runs, or no token is known.
    """
    settings, token = _of_this_cluster(data) if url is None else _of_another_cluster()
    origin = url or f"http://{settings.host}:{settings.http_port(service)}"
    async with aiohttp.ClientSession() as session:
        yield AdminApi(Api(session, settings, token), origin.rstrip("/"))


def _of_this_cluster(data: Path | None) -> tuple[ServiceSettings, str]:
    settings = cluster_settings(data=data)
    running = running_cluster(settings)
    if running is None:
        raise StartError(f"nothing runs on {settings.data}; `helio up` starts it")
    return running


def _of_another_cluster() -> tuple[ServiceSettings, str]:
    settings = administrator_settings()
    if settings.admin_token is None:
        raise StartError("set HELIOGRAPH_ADMIN_TOKEN: another cluster's token is not known here")
    return settings, settings.admin_token.get_secret_value()


def print_json(value: object) -> None:
    """Print JSON for programs."""
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
