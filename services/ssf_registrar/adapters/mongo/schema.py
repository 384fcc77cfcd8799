"""The registrar's collections in MongoDB.

`registrar` holds one document: the epoch, the position of the last journal entry, the number of
the last change, the id of the last restore, and a value sealed under the master key. `journal` has
its entries by position; `streams`, `keys` and `tokens` hold what their ports say.
"""

from typing import Final

from pymongo import ASCENDING

from servicekit.mongo import Database

THE_REGISTRAR: Final = {"_id": "registrar"}


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


def _ascending(*names: str) -> list[tuple[str, int]]:
    return [(name, ASCENDING) for name in names]


MIGRATIONS: Final = (_indexes,)
