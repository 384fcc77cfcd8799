"""Erasing in MongoDB."""

import re
from collections.abc import Callable
from typing import Final

from secevent.scim_events import DELETE
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, DELIVERIES, EVENTS
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import OUTLIVING_SIGNALS

# No stream asks for this kind, so every one passes over it.
_ERASED: Final = "erased"
_NOT_ROUTED: Final[Document] = {"$unset": {"routed": ""}}
_ANONYMOUS: Final[Document] = {
    "external_id": "",
    "subject": None,
    "state": None,
    "replaced": None,
}
_EMPTY: Final[Document] = {**_ANONYMOUS, "data": None, "attributes": [], "kind": _ERASED}


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
                event["_id"]: _outlives(event)
                async for event in self._events.find(covered, {"kind": 1, "resource_type": 1})
            }
        removed = await self._write(lambda session: self._erase(session, found, about))
        self._forget()
        return removed

    async def make_unreadable(self) -> None:
        """Do nothing: the server's files are not read by themselves."""

    async def _erase(self, session: Session, found: dict[int, bool], about: Document) -> Removed:
        outliving = [position for position, outlives in found.items() if outlives]
        others = [position for position, outlives in found.items() if not outlives]
        await self._events.update_many(
            {"_id": {"$in": outliving}}, {"$set": _ANONYMOUS, **_NOT_ROUTED}, session=session
        )
        await self._events.update_many(
            {"_id": {"$in": others}}, {"$set": _EMPTY, **_NOT_ROUTED}, session=session
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


def _outlives(event: Document) -> bool:
    """Return what Event.outlives_erasure says."""
    is_signal = event["kind"] in OUTLIVING_SIGNALS and event["resource_type"] != ""
    return bool(event["kind"] == "delete" or is_signal)
