"""What the first of all replicas makes: the journal's epoch, and a seal of the master key."""

import secrets
from typing import Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from servicekit.failures import StorageError
from servicekit.mongo import Document, MongoDatabase, storage_errors
from servicekit.mongo_restoring import note_restore
from ssf_registrar.adapters.mongo.schema import THE_REGISTRAR
from ssf_registrar.ports.sealing import Sealer

_IDENTITY: Final = "registrar/seal"
_KNOWN_VALUE: Final = b"heliograph"


async def first_run(
    database: MongoDatabase, sealer: Sealer, *, restore_id: str
) -> tuple[bytes, str]:
    """Make the one document that makes the database a registrar's, unless another replica did.

    A database that was restored, which is known by a new `restore_id`, gets another epoch.
    Returns the known value as the first replica sealed it, with its identity: whoever cannot open
    it has another master key. Raises `StorageError`.
    """
    epoch = secrets.token_hex(8)
    newborn = {
        "epoch": epoch,
        "restore": restore_id,
        "position": 0,
        "change": 0,
        "seal": sealer.seal(_KNOWN_VALUE, identity=_IDENTITY),
    }
    with storage_errors():
        registrar = database["registrar"]
        await note_restore(registrar, THE_REGISTRAR, restore_id, made={"epoch": epoch})
        try:
            found = await _found_or_made(database, newborn)
        except DuplicateKeyError:  # another made it at the same moment
            found = await _found_or_made(database, newborn)
    return bytes(found["seal"]), _IDENTITY


async def _found_or_made(database: MongoDatabase, newborn: Document) -> Document:
    found = await database["registrar"].find_one_and_update(
        THE_REGISTRAR,
        {"$setOnInsert": newborn},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    if found is None:
        raise StorageError("the database gave back nothing")
    return found
