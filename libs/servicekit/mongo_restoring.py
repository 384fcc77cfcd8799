"""Knowing that a MongoDB database was restored (docs/adr/0016)."""

from collections.abc import Mapping

from servicekit.mongo import Collection, Document


async def note_restore(
    collection: Collection, holder: Mapping[str, object], restore_id: str, *, made: Document
) -> None:
    """Let the document that holds an epoch have what is `made` for a restore, and note its id.

    Both happen together, and once: of several replicas with one restore's id, one does it. Without
    an id nothing is known of a restore, which ends no epoch.
    """
    if restore_id:
        await collection.update_one(
            {**holder, "restore": {"$ne": restore_id}}, {"$set": {**made, "restore": restore_id}}
        )
