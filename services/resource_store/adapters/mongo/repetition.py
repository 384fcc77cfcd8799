"""Records of what was done, so that it is not done again; MongoDB drops them in time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from resource_store.adapters.mongo.collections import REPETITION
from resource_store.adapters.waves import TenantIdentity, identity_of
from resource_store.domain.decisions import Identity, IdentityKind, Transition
from resource_store.domain.repetition import Done
from resource_store.domain.resources import Ref
from servicekit.mongo import Document, MongoDatabase, Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def find(
    database: MongoDatabase, session: Session, transitions: Iterable[Transition]
) -> dict[TenantIdentity, Done]:
    """Return what was done before of these transitions, by their identities."""
    done = {}
    for kind, identities in _by_kind(filter(None, map(identity_of, transitions))).items():
        ids = [_id(each) for each in identities]
        cursor = database[REPETITION[kind]].find({"_id": {"$in": ids}}, session=session)
        async for document in cursor:
            done[_identity(kind, document)] = _done(document)
    return done


async def remember(
    database: MongoDatabase, session: Session, done: Mapping[TenantIdentity, Done], *, now: int
) -> None:
    """Keep what was done; `now` is in microseconds since 1970."""
    made = _EPOCH + timedelta(microseconds=now)
    for kind, identities in _by_kind(done).items():
        documents = [_document(each, done[each], made=made) for each in identities]
        await database[REPETITION[kind]].insert_many(documents, session=session)


def _by_kind(identities: Iterable[TenantIdentity]) -> dict[IdentityKind, list[TenantIdentity]]:
    found = defaultdict(list)
    for tenant, identity in identities:
        found[identity.kind].append((tenant, identity))
    return found


def _id(identity: TenantIdentity) -> Document:
    return {"tenant": identity[0], "key": identity[1].key}


def _identity(kind: IdentityKind, document: Document) -> TenantIdentity:
    return document["_id"]["tenant"], Identity(kind, document["_id"]["key"])


def _document(identity: TenantIdentity, done: Done, *, made: datetime) -> Document:
    return {
        "_id": _id(identity),
        "made": made,
        "type": done.ref.resource_type,
        "id": done.ref.id,
        "deleted": done.deleted,
    }


def _done(document: Document) -> Done:
    return Done(Ref(document["type"], document["id"]), deleted=document["deleted"])
