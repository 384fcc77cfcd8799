"""Calling a cluster's public HTTP APIs."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from helio.data_folder import DataFolder
from helio.settings import ClusterSettings, cluster_settings
from servicekit.settings import ServiceSettings

PATIENCE_SECONDS = 40.0


class ApiError(Exception):
    """A cluster refused a request with a `status`, or could not be reached (None)."""

    def __init__(self, sentence: str, *, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Api:
    """The faces of one cluster, for the holder of its admin token."""

    session: aiohttp.ClientSession
    settings: ServiceSettings
    admin_token: str

    def url(self, service: str, path: str) -> str:
        """Return the URL of a path below a service's face."""
        return self.settings.origin_of(service) + path

    async def call(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        media_type: str = "application/json",
        seconds: float = PATIENCE_SECONDS,
    ) -> Any:  # noqa: ANN401  JSON
        """Return the JSON that a request is answered with; None for an empty body.

        Raises `ApiError` for an answer that is no success, or when there is none.
        """
        headers = {"Authorization": f"Bearer {self.admin_token}", "Content-Type": media_type}
        data = None if body is None else orjson.dumps(body)
        try:
            async with self.session.request(
                method, url, data=data, headers=headers, timeout=aiohttp.ClientTimeout(seconds)
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            why = str(error) or "no answer"
            raise ApiError(f"{method} {url}: {why}") from None
        if not response.ok:
            sentence = f"{response.status} {_detail(content)}{_cure(response)}"
            raise ApiError(f"{method} {url}: {sentence}", status=response.status)
        return orjson.loads(content) if content else None


def _detail(content: bytes) -> str:
    """Return what an error body says, of SCIM (RFC 7644 section 3.12), SSF or a framework."""
    try:
        members = orjson.loads(content)
    except orjson.JSONDecodeError:
        return content[:200].decode(errors="replace")
    names = ("detail", "description", "err")
    found = [members[name] for name in names if isinstance(members, dict) and name in members]
    return str(found[0]) if found else content[:200].decode(errors="replace")


def _cure(response: aiohttp.ClientResponse) -> str:
    if response.status != 401:
        return ""
    return " (a cluster that was started with HELIOGRAPH_ADMIN_TOKEN wants it set here too)"


def running_cluster(settings: ClusterSettings) -> tuple[ClusterSettings, str] | None:
    """Return where the data folder's cluster listens, and its admin token; None when none runs."""
    folder = DataFolder(settings.data)
    state = folder.state()
    if folder.owner() is None or state is None:
        return None
    given = settings.admin_token
    token = folder.kept_admin_token() if given is None else given.get_secret_value()
    return cluster_settings(data=settings.data, port=state.port), token or ""
