"""Making one mongod a replica set of one, which transactions need."""

import time
from collections.abc import Callable
from typing import Final

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from servicekit.failures import StartError

_REPLICA_SET: Final = "rs0"
_START_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.05


def initiate_replica_set(address: str, *, has_ended: Callable[[], bool] = lambda: False) -> None:
    """Make the mongod at host:port a replica set, unless it is one, and wait until it takes writes.

    Clients must reach it by the same host and port. Raises `StartError` when it does not answer in
    time, or `has_ended`.
    """
    ends = time.monotonic() + _START_SECONDS
    url = f"mongodb://{address}/?directConnection=true"
    with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500) as client:
        while not _is_writable(client, address):
            if has_ended() or time.monotonic() > ends:
                raise StartError(f"the mongod at {address} does not take writes")
            time.sleep(_PAUSE_SECONDS)


def _is_writable(client: MongoClient[dict[str, object]], address: str) -> bool:
    try:
        hello = client.admin.command("hello")
        if hello.get("isreplicaset"):
            members = [{"_id": 0, "host": address}]
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": members})
    except PyMongoError:
        return False
    return bool(hello.get("isWritablePrimary"))
