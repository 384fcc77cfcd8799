"""Index keys of what is stored, made anew where the definitions that they follow from changed."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from resource_store.adapters.mongo.collections import META, RESOURCES, UNIQUE_KEYS
from resource_store.adapters.mongo.documents import address_of, key_documents, keys_of, resource_of
from resource_store.adapters.mongo.unique_keys import holding_id
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
        new: dict[str, tuple[IndexKey, str, str]] = {}
        for document in documents:
            tenant, resource_id = address_of(document)
            for key in _wanted(resource_type, document) - keys_of(document):
                if key.unique:
                    claims.claim(tenant, key, resource_id)
                    held = holding_id((tenant, resource_type.name, key.path, key.key))
                    new[repr(held)] = key, tenant, resource_id
        await _refuse_held(database, resource_type, new)


async def _refuse_held(
    database: MongoDatabase,
    resource_type: ResourceType,
    new: dict[str, tuple[IndexKey, str, str]],
) -> None:
    ids = [
        holding_id((tenant, resource_type.name, key.path, key.key))
        for key, tenant, _ in new.values()
    ]
    if not ids:
        return
    async for document in database[UNIQUE_KEYS].find({"_id": {"$in": ids}}):
        key, tenant, resource_id = new[repr(document["_id"])]
        if document["holder"] != resource_id:
            raise shared(resource_type.name, key, tenant, document["holder"], resource_id)


async def _rebuild(database: MongoDatabase, resource_type: ResourceType) -> None:
    async for documents in _each(database, resource_type):
        outdated = [d["_id"] for d in documents if _wanted(resource_type, d) != keys_of(d)]
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
        resources.append(
            UpdateOne({"_id": document["_id"]}, {"$set": {"keys": key_documents(wanted)}})
        )
        unique += [
            DeleteOne({"_id": _held(tenant, resource_type, key)})
            for key in before - wanted
            if key.unique
        ]
        held = [_held(tenant, resource_type, key) for key in wanted - before if key.unique]
        unique += [
            ReplaceOne({"_id": each}, {"_id": each, "holder": resource_id}, upsert=True)
            for each in held
        ]
    if resources:
        await database[RESOURCES].bulk_write(resources, session=session)
    if unique:
        await database[UNIQUE_KEYS].bulk_write(unique, session=session)


def _held(tenant: str, resource_type: ResourceType, key: IndexKey) -> Document:
    return holding_id((tenant, resource_type.name, key.path, key.key))


def _wanted(resource_type: ResourceType, document: Document) -> frozenset[IndexKey]:
    return keys_of_stored(resource_type, resource_of(document))


async def _each(
    database: MongoDatabase, resource_type: ResourceType
) -> AsyncIterator[Sequence[Document]]:
    cursor = database[RESOURCES].find({"type": resource_type.name})
    while documents := await cursor.to_list(_AT_ONCE):
        yield documents
