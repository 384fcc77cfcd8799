"""Requests that wait to be carried out, and what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from pymongo import ASCENDING, UpdateOne

from resource_store.adapters.mongo.closed_tenants import closed_among
from resource_store.adapters.mongo.collections import ASYNC_REQUESTS
from resource_store.adapters.mongo.faults import storage_failures
from resource_store.domain.async_requests import AsyncOutcome, AsyncRequest, Promise
from resource_store.domain.errors import TenantClosedError
from servicekit.mongo import Document, MongoDatabase, Session

Settled = tuple[str, str, AsyncOutcome]
"""Tenant, txn, outcome."""

_ORDER: Final = [("accepted", ASCENDING), ("_id", ASCENDING)]


class MongoAsyncRequests:
    """Implements the port `AsyncRequests` in the database of the resources."""

    def __init__(self, database: MongoDatabase) -> None:
        self._database = database
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

    async def settle(self, tenant: str, txn: str, outcome: AsyncOutcome) -> None:
        """Give a request its outcome."""
        with storage_failures():
            await self._database.transaction(
                lambda session: settle(self._database, session, [(tenant, txn, outcome)])
            )

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and its outcome."""
        with storage_failures():
            document = await self._requests.find_one({"_id": _id(tenant, txn)})
        return _promise(document) if document else None

    async def forget(self, *, accepted_before: int) -> None:
        """Remove old requests that have an outcome."""
        old = {"is_waiting": False, "accepted": {"$lt": accepted_before}}
        with storage_failures():
            await self._requests.delete_many(old)


async def settle(database: MongoDatabase, session: Session, settled: Iterable[Settled]) -> None:
    """Give requests their outcomes, in the transaction of the changes that they led to."""
    writes = [
        UpdateOne(
            {"_id": _id(tenant, txn), "is_waiting": True},
            {"$set": {"is_waiting": False, "outcome": asdict(outcome)}},
        )
        for tenant, txn, outcome in settled
    ]
    if writes:
        await database[ASYNC_REQUESTS].bulk_write(writes, session=session)


def _id(tenant: str, txn: str) -> Document:
    return {"tenant": tenant, "txn": txn}


def _fields(request: AsyncRequest) -> Document:
    return {"operation": request.operation, "accepted": request.accepted, "is_waiting": True}


def _request(document: Document) -> AsyncRequest:
    return AsyncRequest(
        tenant=document["_id"]["tenant"],
        txn=document["_id"]["txn"],
        operation=document["operation"],
        accepted=document["accepted"],
    )


def _promise(document: Document) -> Promise:
    outcome = document.get("outcome")
    return Promise(_request(document), AsyncOutcome(**outcome) if outcome else None)
