"""Following another service's feed with a cursor, for as long as the process lives."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from servicekit.failures import CursorLostError, RemoteUnavailableError

EntryT = TypeVar("EntryT")

_log = structlog.get_logger()
_PAUSE_SECONDS = 0.25


async def follow(
    name: str,
    *,
    start: Callable[[], Awaitable[str]],
    read: Callable[[str], Awaitable[tuple[Sequence[EntryT], str]]],
    handle: Callable[[Sequence[EntryT], str], Awaitable[None]],
) -> None:
    """Take in the feed's present state by `start`, then hand on what `read` gives after its cursor.

    `read` waits by itself when there is nothing; one that does not (its peer is about to end) is
    asked less often. A lost cursor starts anew; a peer that is away is tried again. Runs until it
    is cancelled.
    """
    cursor: str | None = None
    away = False
    while True:
        try:
            if cursor is None:
                cursor = await start()
            began = time.monotonic()
            entries, after = await read(cursor)
            if entries:
                await handle(entries, after)
            elif after == cursor and time.monotonic() - began < _PAUSE_SECONDS:
                await asyncio.sleep(_PAUSE_SECONDS)
            cursor, away = after, False
        except CursorLostError:
            _log.warning("feed.cursor_lost", feed=name)
            cursor = None
            await asyncio.sleep(_PAUSE_SECONDS)
        except RemoteUnavailableError:
            if not away:
                _log.warning("feed.unavailable", feed=name)
            away = True
            await asyncio.sleep(_PAUSE_SECONDS)


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run an endless loop, and again after a pause when it fails; ends only when cancelled."""
    while True:
        try:
            await loop()
        except Exception:  # noqa: BLE001  a loop's failure must not end the service
            _log.exception("loop.failed", loop=name)
        await asyncio.sleep(_PAUSE_SECONDS)
