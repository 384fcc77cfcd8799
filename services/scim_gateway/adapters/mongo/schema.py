"""The collection and indexes of the request log."""

from typing import Final

from pymongo import ASCENDING, IndexModel

from servicekit.mongo import Database

REQUESTS: Final = "requests"


async def _requests(database: Database) -> None:
    await database[REQUESTS].create_indexes(
        [
            _index("request_of_tenant", "tenant", "_id"),
            _index("request_by_status", "tenant", "status", "_id"),
            _index("request_about", "tenant", "about", "_id"),
            # MongoDB removes by age by itself, whether a gateway runs or not.
            _index("request_expires", "expires", expireAfterSeconds=0),
        ]
    )


def _index(name: str, *members: str, **options: object) -> IndexModel:
    return IndexModel([(member, ASCENDING) for member in members], name=name, **options)


MIGRATIONS: Final = (_requests,)
