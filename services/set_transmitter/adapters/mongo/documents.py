"""Events and dead letters as documents, and where a stream's own documents are."""

from dataclasses import fields
from typing import Final

from servicekit.mongo import Document
from set_transmitter.domain.events import Event, LoggedEvent, kind_and_type, signal_of_before
from set_transmitter.domain.generations import Generations
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.routed import routed_members, stored_routed
from set_transmitter.domain.snapshots import Boundary, Reach, Snapshot

# a member of a stored event has the name of the field; kind has the topic
_EVENT_FIELDS: Final = tuple(
    field.name for field in fields(Event) if field.name not in {"kind", "event_type", "routed"}
)
LAST_POSITION: Final = 2**63 - 1


def event_document(logged: LoggedEvent) -> Document:
    """Return an event as it is stored."""
    event = logged.event
    members = {name: getattr(event, name) for name in _EVENT_FIELDS}
    members["kind"] = event.topic
    if event.routed is not None:
        members |= {"routed_key": event.routed.key, "routed": routed_members(event.routed)}
    return {"_id": logged.position, "only_for": logged.only_for, **members}


def logged_event(document: Document) -> LoggedEvent:
    """Return the event of a document."""
    # what was logged before there was a field has none there
    values = {name: document[name] for name in _EVENT_FIELDS if name in document}
    values["kind"], values["event_type"] = kind_and_type(document["kind"])
    values["lineage"] = tuple(values["lineage"])
    values["attributes"] = tuple(values["attributes"])
    values["routed"] = stored_routed(document.get("routed_key", ""), document.get("routed"))
    event = signal_of_before(Event(**values))
    return LoggedEvent(document["_id"], event, document["only_for"])


def dead_letter_document(letter: DeadLetter, *, tenant: str) -> Document:
    """Return what is stored of a dead letter beside its id."""
    return {
        "tenant": tenant,
        "jti": letter.jti,
        "err": letter.err,
        "description": letter.description,
        "subject_uri": letter.subject_uri,
        "event_type": letter.event_type,
        "at": letter.at,
    }


def dead_letter(document: Document) -> DeadLetter:
    """Return the dead letter of a document."""
    return DeadLetter(
        stream_id=document["_id"]["stream_id"],
        position=document["_id"]["position"],
        jti=document["jti"],
        err=document["err"],
        description=document["description"],
        subject_uri=document["subject_uri"],
        event_type=document["event_type"],
        at=document["at"],
    )


def boundary_document(boundary: Boundary) -> Document:
    """Return a boundary as it is stored within its snapshot."""
    return {
        "position": boundary.position,
        "key": boundary.key,
        "walked": boundary.walked,
        "resource_types": boundary.reach.resource_types,
        "resource_type": boundary.reach.resource_type,
        "resource_id": boundary.reach.resource_id,
    }


def snapshot(document: Document) -> Snapshot:
    """Return the snapshot of a document."""
    boundaries = tuple(map(_boundary, document["boundaries"]))
    return Snapshot(document["started"], document["total"], boundaries)


def _boundary(stored: Document) -> Boundary:
    reach = Reach(tuple(stored["resource_types"]), stored["resource_type"], stored["resource_id"])
    return Boundary(stored["position"], stored["key"], stored["walked"], reach)


def generations_of(stored: Document) -> Generations:
    """Return the generations of a stream's document, as [[position, generation], ...]."""
    return Generations(tuple((begun[0], begun[1]) for begun in stored.get("generations", ())))


def place(stream_id: str, position: int) -> Document:
    """Return the id of a document about one event of one stream."""
    return {"stream_id": stream_id, "position": position}


def places(stream_id: str, *, after: int = -1, through: int = LAST_POSITION) -> Document:
    """Return the filter for a stream's documents in a part of the log.

    Embedded documents compare member by member, so this is a range of the index on `_id`.
    """
    return {"_id": {"$gt": place(stream_id, after), "$lte": place(stream_id, through)}}
