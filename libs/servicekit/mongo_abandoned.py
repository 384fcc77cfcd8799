"""Ending the transaction of a process that died within it: it keeps others from theirs.

The server itself gives it up after a minute only.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from servicekit.cancelling import cancelled

_PATIENCE_SECONDS: Final = 2.0
# A process that lives does the next thing of a transaction within milliseconds. Should it be ended
# all the same, on a machine that is overloaded, `MongoDatabase.transaction` runs it again.
_ABANDONED: Final = {
    "type": "idleSession",
    "appName": "heliograph",
    "transaction.timeInactiveMicros": {"$gt": int(_PATIENCE_SECONDS * 1_000_000)},
}

_log = structlog.get_logger()


@asynccontextmanager
async def held_up_by_nobody(client: AsyncMongoClient[dict[str, Any]]) -> AsyncIterator[None]:
    """End what was abandoned, time and again while the context is open."""
    closing = asyncio.Event()
    ending = asyncio.create_task(_end_until(closing, client))
    try:
        yield
    finally:
        closing.set()
        # Cancelled at once, pymongo may leave behind a socket that it was just connecting.
        _, going_on = await asyncio.wait([ending], timeout=_PATIENCE_SECONDS)
        await cancelled(going_on)


async def _end_until(closing: asyncio.Event, client: AsyncMongoClient[dict[str, Any]]) -> None:
    while not await _is_set_within(closing, _PATIENCE_SECONDS):
        try:
            await _end_them(client)
        except PyMongoError as error:
            _log.warning("transactions.not_ended", error=type(error).__name__)


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _end_them(client: AsyncMongoClient[dict[str, Any]]) -> None:
    # Those of this user: to see and to end them takes no role.
    operations = {"$currentOp": {"allUsers": False, "idleSessions": True}}
    found = await client.admin.aggregate([operations, {"$match": _ABANDONED}])
    sessions = [{"id": abandoned["lsid"]["id"]} async for abandoned in found]
    if sessions:
        await client.admin.command("killSessions", sessions)
        _log.warning("transactions.ended", number=len(sessions))
