"""Erasing in MongoDB."""

import re
from collections.abc import Callable
from typing import Final

from secevent.scim_events import DELETE
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, DELIVERIES, EVENTS
from set_transmitter.domain.erasures import Erasure, Removed

# No stream asks for this kind, so every one passes over it.
_ERASED: Final = "erased"
_NOT_ROUTED: Final[Document] = {"$unset": {"routed": ""}}
_EMPTY: Final[Document] = {
    "data": None,
    "attributes": [],
    "external_id": "",
    "state": None,
    "replaced": None,
}


class MongoErasing:
    """Empties the documents of events; `forget` lets nothing be shared that was read before."""

    def __init__(
        self, database: MongoDatabase, write: FencedWrites, *, forget: Callable[[], None]
    ) -> None:
        self._events = database[EVENTS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]
        self._write = write
        self._forget = forget

    async def erase(self, erasure: Erasure) -> Removed:
        """Erase what the log has of a resource."""
        about = {
            "tenant": erasure.tenant,
            "subject_uri": {"$regex": f"{re.escape(erasure.path)}$"},
        }
        covered = {**about, "kind": {"$ne": _ERASED}, "origin_clock": {"$lte": erasure.through}}
        with storage_errors():
            found = {
                event["_id"]: event["kind"]
                async for event in self._events.find(covered, {"kind": 1})
            }
        removed = await self._write(lambda session: self._erase(session, found, about))
        self._forget()
        return removed

    async def make_unreadable(self) -> None:
        """Do nothing: the server's files are not read by themselves."""

    async def _erase(self, session: Session, found: dict[int, str], about: Document) -> Removed:
        deletions = [position for position, kind in found.items() if kind == "delete"]
        others = [position for position, kind in found.items() if kind != "delete"]
        await self._events.update_many(
            {"_id": {"$in": deletions}}, {"$set": _EMPTY, **_NOT_ROUTED}, session=session
        )
        await self._events.update_many(
            {"_id": {"$in": others}},
            {"$set": {**_EMPTY, "kind": _ERASED}, **_NOT_ROUTED},
            session=session,
        )
        sets = await self._deliveries.delete_many(
            {"_id.position": {"$in": list(found)}, "jwt": {"$ne": None}}, session=session
        )
        await self._deliveries.delete_many({"_id.position": {"$in": others}}, session=session)
        letters = await self._dead_letters.delete_many(
            {**about, "event_type": {"$ne": DELETE}}, session=session
        )
        await self._dead_letters.update_many(about, {"$set": {"description": ""}}, session=session)
        return Removed(
            events=len(others), sets=sets.deleted_count, dead_letters=letters.deleted_count
        )
