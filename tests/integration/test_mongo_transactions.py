"""What a transaction returned from is on a majority, journaled, whatever the URL says."""

from typing import Any

from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from pymongo.write_concern import WriteConcern

from servicekit.mongo import MongoDatabase, Session


class Commits(CommandListener):
    """Notes what commits ask for."""

    def __init__(self) -> None:
        self.concerns: list[Any] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "commitTransaction":
            self.concerns.append(event.command.get("writeConcern"))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


async def test_a_commit_waits_for_a_majority_even_when_the_url_says_otherwise(
    mongo_url: str,
) -> None:
    commits = Commits()
    majority = WriteConcern("majority", j=True, wtimeout=10_000)
    async with AsyncMongoClient[dict[str, Any]](
        f"{mongo_url}&w=1", event_listeners=[commits]
    ) as client:
        name = client.get_default_database().name
        database = client.get_database(f"{name}-any", write_concern=majority)
        opened = MongoDatabase(client, database)

        async def insert(session: Session) -> None:
            await opened["things"].insert_one({"_id": 1}, session=session)

        await opened.transaction(insert)

    assert commits.concerns == [majority.document]
