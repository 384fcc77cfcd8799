"""Index keys of what is stored, made anew where the definitions that they follow from changed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from resource_store.adapters.mongo.collections import META, RESOURCES, UNIQUE_KEYS
from resource_store.adapters.mongo.documents import address_of, key_fields, keys_of, resource_of
from resource_store.adapters.mongo.sort_fields import sort_fields
from resource_store.adapters.mongo.unique_keys import (
    Holding,
    holding_id,
    holding_of,
    holdings,
)
from resource_store.domain.key_layouts import (
    Claims,
    keys_of_stored,
    layout_of,
    left_over,
    refuse_forgotten_secrets,
    shared,
)
from resource_store.domain.keys import IndexKey
from scim.registry import Registry
from scim.resource_type import ResourceType
from servicekit.mongo import Document, MongoDatabase, Session

_LAYOUTS: Final = {"_id": "keys"}
_AT_ONCE: Final = 200


async def reindex(database: MongoDatabase, registry: Registry) -> None:
    """Give every resource the keys that the definitions in force say.

    Several processes may do so at once. Raises `LayoutError` where what is stored is at odds with
    the definitions; then nothing is changed.
    """
    kept = (await database[META].find_one(_LAYOUTS) or {}).get("layouts", {})
    gone = sorted(kept.keys() - registry.endpoints.keys())
    if found := [each for each in gone if await database[RESOURCES].find_one({"type": each})]:
        raise left_over(found)
    for resource_type in registry.resource_types:
        refuse_forgotten_secrets(resource_type, kept.get(resource_type.name))
    changed = [t for t in registry.resource_types if kept.get(t.name) != layout_of(t)]
    for resource_type in changed:
        await _refuse_shared_keys(database, resource_type)
    for resource_type in changed:
        await _rebuild(database, resource_type)
        layout = {f"layouts.{resource_type.name}": layout_of(resource_type)}
        await database[META].update_one(_LAYOUTS, {"$set": layout}, upsert=True)


async def _refuse_shared_keys(database: MongoDatabase, resource_type: ResourceType) -> None:
    claims = Claims(resource_type)
    async for documents in _each(database, resource_type):
        new: dict[Holding, tuple[IndexKey, str, str]] = {}
        for document in documents:
            tenant, resource_id = address_of(document)
            added = _wanted(resource_type, document) - keys_of(document)
            for holding, key in holdings(tenant, resource_type.name, added).items():
                claims.claim(tenant, key, resource_id)
                new[holding] = key, tenant, resource_id
        await _refuse_held(database, resource_type, new)


async def _refuse_held(
    database: MongoDatabase,
    resource_type: ResourceType,
    new: Mapping[Holding, tuple[IndexKey, str, str]],
) -> None:
    if not new:
        return
    ids = [holding_id(holding) for holding in new]
    async for document in database[UNIQUE_KEYS].find({"_id": {"$in": ids}}):
        key, tenant, resource_id = new[holding_of(document)]
        if document["holder"] != resource_id:
            raise shared(resource_type.name, key, tenant, document["holder"], resource_id)


async def _rebuild(database: MongoDatabase, resource_type: ResourceType) -> None:
    async for documents in _each(database, resource_type):
        outdated = [d["_id"] for d in documents if _is_outdated(resource_type, d)]
        if not outdated:
            continue

        async def exchange(session: Session, ids: Sequence[Document] = tuple(outdated)) -> None:
            await _exchange(database, session, resource_type, ids)

        await database.transaction(exchange)


async def _exchange(
    database: MongoDatabase, session: Session, resource_type: ResourceType, ids: Sequence[Document]
) -> None:
    resources: list[UpdateOne] = []
    unique: list[DeleteOne | ReplaceOne[Document]] = []
    found = database[RESOURCES].find({"_id": {"$in": list(ids)}}, session=session)
    async for document in found:
        tenant, resource_id = address_of(document)
        wanted, before = _wanted(resource_type, document), keys_of(document)
        resources.append(UpdateOne({"_id": document["_id"]}, {"$set": key_fields(wanted)}))
        given_up = holdings(tenant, resource_type.name, before - wanted)
        unique += [DeleteOne({"_id": holding_id(each)}) for each in given_up]
        taken = map(holding_id, holdings(tenant, resource_type.name, wanted - before))
        unique += [
            ReplaceOne({"_id": each}, {"_id": each, "holder": resource_id}, upsert=True)
            for each in taken
        ]
    if resources:
        await database[RESOURCES].bulk_write(resources, session=session)
    if unique:
        await database[UNIQUE_KEYS].bulk_write(unique, session=session)


def _is_outdated(resource_type: ResourceType, document: Document) -> bool:
    """Whether keys, or the fields to sort by that older processes did not write, are not right."""
    wanted = _wanted(resource_type, document)
    return wanted != keys_of(document) or document.get("sorted") != sort_fields(wanted)


def _wanted(resource_type: ResourceType, document: Document) -> frozenset[IndexKey]:
    return keys_of_stored(resource_type, resource_of(document))


async def _each(
    database: MongoDatabase, resource_type: ResourceType
) -> AsyncIterator[Sequence[Document]]:
    cursor = database[RESOURCES].find({"type": resource_type.name})
    while documents := await cursor.to_list(_AT_ONCE):
        yield documents
