"""The registrar's collections in MongoDB.

`registrar` holds one document: the epoch, the position of the last journal entry, the number of
the last change, the id of the last restore, and a value sealed under the master key. `journal` has
its entries by position; `tenants`, `streams`, `keys` and `tokens` hold what their ports say; of a
tenant that was deleted a document stays, so that its name is never used again.
"""

from contextlib import suppress
from typing import Final

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError, OperationFailure

from servicekit.mongo import Database, Document
from ssf_registrar.adapters.tenant_rows import NAMES, encode
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.domain.tokens import DEFAULT_TENANT

THE_REGISTRAR: Final = {"_id": "registrar"}
HAS_VERIFICATION: Final[Document] = {"verification": {"$type": "string"}}
"""Which entries of the journal are of a requested verification."""
_NO_SUCH_INDEX: Final = 27


async def _indexes(database: Database) -> None:
    streams, keys, tokens = database["streams"], database["keys"], database["tokens"]
    await streams.create_index(_ascending("tenant", "stream_id"), unique=True)
    await streams.create_index(_ascending("tenant", "created", "stream_id"))
    await streams.create_index(_ascending("direction", "created", "tenant", "stream_id"))
    await keys.create_index(
        _ascending("tenant", "algorithm"), unique=True, partialFilterExpression={"signs": True}
    )
    await keys.create_index(_ascending("tenant", "made"))
    await tokens.create_index(_ascending("tenant", "name"), unique=True)


async def _tenants_and_rotation(database: Database) -> None:
    """Give the default tenant its document, and a name more tokens than one.

    A replica that is still at the first migration may make the old index again, and then comes here
    too; so no index here has the name or the keys of that one.
    """
    default = dict(zip(NAMES, encode(Tenant(DEFAULT_TENANT)), strict=True))
    name = default.pop("tenant")
    with suppress(DuplicateKeyError):  # another replica made it at the same moment
        await database["tenants"].update_one({"_id": name}, {"$setOnInsert": default}, upsert=True)
    tokens = database["tokens"]
    added: Document = {"user_id": "", "created": 0, "last_used": 0, "is_former": False}
    await tokens.update_many({"is_former": {"$exists": False}}, {"$set": added})
    await tokens.create_index(_ascending("tenant", "name", "created"))
    await tokens.create_index(
        _ascending("tenant", "name", "is_former"),
        unique=True,
        partialFilterExpression={"is_former": False},
    )
    try:
        await tokens.drop_index("tenant_1_name_1")
    except OperationFailure as error:
        if error.code != _NO_SUCH_INDEX:
            raise


async def _verifications(database: Database) -> None:
    """Let those of a tenant that is deleted be found."""
    await database["journal"].create_index(
        _ascending("tenant"), partialFilterExpression=HAS_VERIFICATION
    )


async def _waiting_keys(database: Database) -> None:
    await database["keys"].create_index(_ascending("signs_from"), sparse=True)


def _ascending(*names: str) -> list[tuple[str, int]]:
    return [(name, ASCENDING) for name in names]


MIGRATIONS: Final = (_indexes, _tenants_and_rotation, _verifications, _waiting_keys)
