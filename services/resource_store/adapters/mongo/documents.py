"""Resources as documents, and back."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from resource_store.adapters.mongo.sort_fields import kept_key, key_of, sort_fields
from resource_store.adapters.waves import Address
from resource_store.domain.decisions import Written
from resource_store.domain.keys import IndexKey
from resource_store.domain.resources import Ref, Resource, Stamp, Stored
from servicekit.mongo import Document

T = TypeVar("T")

BACK: Final = {"is_back": True}
"""What a tombstone has whose resource has been created again."""

_AT_ONCE: Final = 10_000
"""So many values of `$in` stay far below the 16 MiB of a command."""


def address_document(address: Address) -> Document:
    """Return the `_id` of a resource or a tombstone."""
    tenant, resource_id = address
    return {"tenant": tenant, "id": resource_id}


def address_of(document: Document) -> Address:
    """Return where a document is found."""
    return document["_id"]["tenant"], document["_id"]["id"]


def ref_of(document: Document) -> Ref:
    """Return the name of the resource that a document or a tombstone is of."""
    return Ref(document["type"], document["_id"]["id"])


def resource_of(document: Document) -> Resource:
    """Return the resource of a document."""
    return Resource(
        ref=ref_of(document),
        attributes=document["attributes"],
        version=document["version"],
        created=document["created"],
        last_modified=document["last_modified"],
        origin=stamp_of(document["origin"]),
    )


def stored_of(document: Document | None) -> Stored | None:
    """Return the resource as it is kept, where there is one."""
    return Stored(resource_of(document), document["password_hash"]) if document else None


def resource_document(
    address: Address, written: Written, *, clock: int, keys: Collection[IndexKey]
) -> Document:
    """Return the document of a resource; `clock` is the reading of its commit."""
    resource = written.stored.resource
    return {
        "_id": address_document(address),
        "type": resource.ref.resource_type,
        "display": written.display,
        "version": resource.version,
        "created": resource.created,
        "last_modified": resource.last_modified,
        "origin": stamp_document(resource.origin),
        "clock": clock,
        "password_hash": written.stored.password_hash,
        **key_fields(keys),
        "attributes": resource.attributes,
    }


def key_fields(keys: Collection[IndexKey]) -> Document:
    """Return index keys as a resource's document has them: to find it by, and to sort it by."""
    found = [{"path": key.path, "key": kept_key(key.key), "unique": key.unique} for key in keys]
    return {"keys": found, "sorted": sort_fields(keys)}


def keys_of(document: Document) -> frozenset[IndexKey]:
    """Return the index keys that a resource has."""
    return frozenset(
        IndexKey(key["path"], key_of(key["key"]), key["unique"]) for key in document["keys"]
    )


def stamp_document(stamp: Stamp) -> Document:
    """Return a stamp as it is kept."""
    return {"clock": stamp.clock, "cluster": stamp.cluster}


def stamp_of(document: Document) -> Stamp:
    """Return a stamp that was kept."""
    return Stamp(document["clock"], document["cluster"])


def at_once(values: Iterable[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    """Give the values in parts, each of which fits one command."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
