"""Ending the transaction of a replica that died within it: it keeps the others from theirs.

The server itself gives it up after a minute only.
"""

import asyncio
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from servicekit.mongo import MongoDatabase

_PATIENCE_SECONDS: Final = 2.0
# A replica that lives does the next thing of a transaction within milliseconds. Should it be ended
# all the same, the driver repeats it.
_ABANDONED: Final = {
    "type": "idleSession",
    "appName": "heliograph",
    "transaction.timeInactiveMicros": {"$gt": int(_PATIENCE_SECONDS * 1_000_000)},
}

_log = structlog.get_logger()


async def end_abandoned_transactions(database: MongoDatabase) -> None:
    """End what was abandoned, time and again until cancelled, beginning after some patience."""
    while True:
        await asyncio.sleep(_PATIENCE_SECONDS)
        try:
            await _end_them(database)
        except PyMongoError as error:
            _log.warning("transactions.not_ended", error=type(error).__name__)


async def _end_them(database: MongoDatabase) -> None:
    # Those of this user: to see and to end them takes no role.
    operations = {"$currentOp": {"allUsers": False, "idleSessions": True}}
    found = await database.database.client.admin.aggregate([operations, {"$match": _ABANDONED}])
    sessions = [{"id": abandoned["lsid"]["id"]} async for abandoned in found]
    if sessions:
        await database.database.command("killSessions", sessions)
        _log.warning("transactions.ended", number=len(sessions))
