"""Ending the transaction of a process that died within it: it keeps others from theirs.

The server itself gives it up after a minute only.
"""

import asyncio
from typing import Any, Final

import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

_PATIENCE_SECONDS: Final = 2.0
# A process that lives does the next thing of a transaction within milliseconds. Should it be ended
# all the same, the driver repeats it.
_ABANDONED: Final = {
    "type": "idleSession",
    "appName": "heliograph",
    "transaction.timeInactiveMicros": {"$gt": int(_PATIENCE_SECONDS * 1_000_000)},
}

_log = structlog.get_logger()


async def end_abandoned_transactions(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """End what was abandoned, time and again until cancelled."""
    while True:
        await asyncio.sleep(_PATIENCE_SECONDS)
        try:
            await _end_them(client)
        except PyMongoError as error:
            _log.warning("transactions.not_ended", error=type(error).__name__)


async def _end_them(client: AsyncMongoClient[dict[str, Any]]) -> None:
    # Those of this user: to see and to end them takes no role.
    operations = {"$currentOp": {"allUsers": False, "idleSessions": True}}
    found = await client.admin.aggregate([operations, {"$match": _ABANDONED}])
    sessions = [{"id": abandoned["lsid"]["id"]} async for abandoned in found]
    if sessions:
        await client.admin.command("killSessions", sessions)
        _log.warning("transactions.ended", number=len(sessions))
