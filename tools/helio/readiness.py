"""Asking services whether they are ready."""

import aiohttp

from servicekit.settings import ServiceSettings

_SECONDS = 2.0


async def is_ready(session: aiohttp.ClientSession, settings: ServiceSettings, service: str) -> bool:
    """Say whether a service of this machine answers /readyz with success."""
    url = f"http://{settings.host}:{settings.http_port(service)}/readyz"
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=_SECONDS)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
