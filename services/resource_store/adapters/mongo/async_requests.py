"""Requests that wait to be carried out, and what became of them."""

from collections.abc import Iterable, Sequence
from typing import Final

from bson import Binary
from pymongo import ASCENDING, UpdateOne

from resource_store.adapters.completion_json import completions_json, completions_of
from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.closed_tenants import closed_among
from resource_store.adapters.mongo.collections import ASYNC_REQUESTS
from resource_store.adapters.mongo.faults import storage_failures
from resource_store.adapters.verdicts import Settled
from resource_store.domain.async_requests import (
    AsyncOutcome,
    AsyncRequest,
    Completion,
    Promise,
    told,
)
from resource_store.domain.clock import HybridClock
from resource_store.domain.errors import TenantClosedError
from servicekit.mongo import Document, MongoDatabase, Session

_ORDER: Final = [("accepted", ASCENDING), ("_id", ASCENDING)]


class MongoAsyncRequests:
    """Implements the port `AsyncRequests` in the database of the resources."""

    def __init__(self, database: MongoDatabase, clock: HybridClock) -> None:
        self._database = database
        self._clock = clock
        self._requests = database[ASYNC_REQUESTS]

    async def queue(self, requests: Sequence[AsyncRequest]) -> None:
        """Make requests durable."""
        writes = [
            UpdateOne({"_id": _id(r.tenant, r.txn)}, {"$setOnInsert": _fields(r)}, upsert=True)
            for r in requests
        ]
        with storage_failures():
            if await closed_among(self._database, {each.tenant for each in requests}):
                raise TenantClosedError
            await self._requests.bulk_write(writes, ordered=False)

    async def waiting(self, *, limit: int) -> Sequence[AsyncRequest]:
        """Return the requests without an outcome."""
        with storage_failures():
            found = self._requests.find({"is_waiting": True}, sort=_ORDER, limit=limit)
            return [_request(document) async for document in found]

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        """Give a request its outcome."""
        settled = [(tenant, txn, completions)]
        with storage_failures():
            await self._database.transaction(
                lambda session: settle(self._database, session, self._clock, settled)
            )

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and its outcome."""
        with storage_failures():
            document = await self._requests.find_one({"_id": _id(tenant, txn)})
        return _promise(document) if document else None

    async def forget(self, *, settled_before: int) -> None:
        """Remove requests whose outcome is old."""
        old = {"is_waiting": False, "settled": {"$lt": settled_before}}
        with storage_failures():
            await self._requests.delete_many(old)


async def settle(
    database: MongoDatabase, session: Session, clock: HybridClock, settled: Iterable[Settled]
) -> None:
    """Give requests their outcomes, in the transaction of the changes that they led to.

    One that has an outcome, or is unknown, is left alone.
    """
    given = {(tenant, txn): completions for tenant, txn, completions in settled}
    if not given:
        return
    requests = database[ASYNC_REQUESTS]
    waiting = {"_id": {"$in": [_id(*key) for key in given]}, "is_waiting": True}
    found = requests.find(waiting, {"_id": True}, session=session)
    keys = [(each["_id"]["tenant"], each["_id"]["txn"]) async for each in found]
    if not keys:
        return
    now = clock.now()
    await requests.bulk_write(
        [_settling(key, given[key], now=now) for key in keys], session=session
    )
    changes = []
    for key in keys:
        for completion in given[key]:
            stamp = clock.next_stamp()
            changes.append((told(completion, key[0], stamp), stamp.clock))
    await feed.append(database[feed.CHANGES], session, changes)


def _settling(key: tuple[str, str], completions: Sequence[Completion], *, now: int) -> UpdateOne:
    outcome = {
        "is_waiting": False,
        "settled": now,
        "completions": Binary(completions_json(completions)),
        "operation": b"",
    }
    return UpdateOne({"_id": _id(*key), "is_waiting": True}, {"$set": outcome})


def _id(tenant: str, txn: str) -> Document:
    return {"tenant": tenant, "txn": txn}


def _fields(request: AsyncRequest) -> Document:
    return {
        "principal": request.principal,
        "operation": request.operation,
        "accepted": request.accepted,
        "is_waiting": True,
    }


def _request(document: Document) -> AsyncRequest:
    return AsyncRequest(
        tenant=document["_id"]["tenant"],
        txn=document["_id"]["txn"],
        principal=document["principal"],
        operation=document["operation"],
        accepted=document["accepted"],
    )


def _promise(document: Document) -> Promise:
    request = _request(document)
    if document["is_waiting"]:
        return Promise(request, None)
    completions = completions_of(bytes(document["completions"]))
    return Promise(request, AsyncOutcome(completions, document["settled"]))
