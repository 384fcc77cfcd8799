"""The request log in MongoDB, which several gateways share."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo import DESCENDING
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from scim_gateway.adapters.entry_json import (
    line_json,
    nested_string,
    parse_entry,
    parse_line,
    rest_json,
)
from scim_gateway.adapters.mongo.schema import MIGRATIONS, REQUESTS
from scim_gateway.domain.request_log import Entry, Line, Selection, earliest_id
from servicekit.failures import StorageError
from servicekit.mongo import Document, MongoDatabase, open_mongo, storage_errors

_DUPLICATE_KEY: Final = 11000
# Nothing was promised of an entry, so no one waits until a majority has it.
_UNPROMISED: Final = WriteConcern(1, j=False, wtimeout=10_000)
_AS_WRITTEN: Final = ReadConcern("local")
_AT_ONCE: Final = 1000
_STATS: Final[Document] = {"$collStats": {"storageStats": {}}}
_BYTES: Final[Document] = {"bytes": {"$bsonSize": "$$ROOT"}}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MongoRequestLog:
    """Keeps entries, each with the time at which MongoDB is to remove it."""

    def __init__(self, database: MongoDatabase, *, days: int) -> None:
        self._requests = database[REQUESTS].with_options(
            write_concern=_UNPROMISED, read_concern=_AS_WRITTEN
        )
        self._promised = database[REQUESTS].with_options(read_concern=_AS_WRITTEN)
        self._age = timedelta(days=days)

    async def add(self, entries: Sequence[Entry]) -> None:
        """Keep entries."""
        if not entries:
            return
        try:
            with storage_errors():
                await self._insert([self._document(entry) for entry in entries])
        except BulkWriteError:
            # Its text has the documents, and so what clients sent.
            raise StorageError("entries were not stored") from None

    async def read(self, tenant: str, entry_id: str) -> Entry | None:
        """Return an entry."""
        with storage_errors():
            found = await self._requests.find_one({"_id": entry_id, "tenant": tenant})
        return None if found is None else parse_entry(found["line"], found["rest"])

    async def page(
        self, selected: Selection, *, beyond: str, is_newest_first: bool, limit: int
    ) -> Sequence[Line]:
        """Return a page of a selection."""
        wanted = _wanted(selected)
        if beyond:
            wanted = {"$and": [wanted, {"_id": {"$lt" if is_newest_first else "$gt": beyond}}]}
        direction = DESCENDING if is_newest_first else 1
        with storage_errors():
            found = self._requests.find(wanted, ["line"]).sort("_id", direction).limit(limit)
            return [parse_line(document["line"]) async for document in found]

    async def forget(self, tenant: str, about: frozenset[str], *, quoted: str) -> int:
        """Remove what is about some names."""
        nested = {"rest": {"$regex": re.escape(nested_string(quoted))}}
        wanted = {"tenant": tenant, "$or": [{"about": {"$in": sorted(about)}}, nested]}
        with storage_errors():
            removed = await self._requests.delete_many(wanted)
        return removed.deleted_count

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove entries of a tenant, for a majority of the members."""
        with storage_errors():
            found = await self._promised.find({"tenant": tenant}, ["_id"], limit=limit).to_list()
            if found:
                ids = [document["_id"] for document in found]
                await self._promised.delete_many({"_id": {"$in": ids}})
        return len(found)

    async def trim(self, *, before: int, max_bytes: int) -> int:
        """Remove what is too old, and then what is too much; two replicas may at once."""
        with storage_errors():
            old = await self._requests.delete_many({"_id": {"$lt": earliest_id(before)}})
            removed = old.deleted_count
            while count := await self._remove_above(max_bytes):
                removed += count
        return removed

    async def _insert(self, documents: Sequence[Document]) -> None:
        try:
            await self._requests.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            failures = details.get("writeErrors", ())
            if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                raise
            if details.get("writeConcernErrors"):
                raise

    def _document(self, entry: Entry) -> Document:
        return {
            "_id": entry.line.id,
            "tenant": entry.line.tenant,
            "status": entry.line.status,
            "method": entry.line.method,
            "path": entry.line.path,
            "principal": entry.line.principal,
            "about": sorted(entry.about),
            "expires": _EPOCH + timedelta(microseconds=entry.line.answered) + self._age,
            "line": line_json(entry.line),
            "rest": rest_json(entry),
        }

    async def _remove_above(self, max_bytes: int) -> int:
        """Remove the oldest, up to an entry that each replica finds alike."""
        (stats,) = await (await self._requests.aggregate([_STATS])).to_list()
        surplus = stats["storageStats"]["size"] - max_bytes
        if surplus <= 0:
            return 0
        last = ""
        async for document in self._requests.find({}, _BYTES).sort("_id").limit(_AT_ONCE):
            last = document["_id"]
            surplus -= document["bytes"]
            if surplus <= 0:
                break
        removed = await self._requests.delete_many({"_id": {"$lte": last}})
        return removed.deleted_count


@asynccontextmanager
async def open_mongo_log(url: str, service: str, *, days: int) -> AsyncIterator[MongoRequestLog]:
    """Open the service's database. Raises `StartError`."""
    async with open_mongo(url, service, MIGRATIONS) as database:
        yield MongoRequestLog(database, days=days)


def _wanted(selected: Selection) -> Document:
    wanted: Document = {
        "tenant": selected.tenant,
        "_id": {
            "$gte": earliest_id(selected.answered_from),
            "$lt": earliest_id(selected.answered_before),
        },
        "status": {"$gte": selected.status_from, "$lte": selected.status_to},
    }
    if selected.method is not None:
        wanted["method"] = selected.method
    if selected.path is not None:
        wanted["path"] = {"$regex": re.escape(selected.path)}
    if selected.principal is not None:
        wanted["principal"] = selected.principal
    if selected.about:
        wanted["about"] = {"$all": sorted(selected.about)}
    return wanted
