"""Transactions: what is durable, and what is run again."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from pymongo.write_concern import WriteConcern
from support.eventually import eventually

from servicekit.mongo import Collection, MongoDatabase, Session


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


async def test_a_transaction_that_is_interrupted_in_the_middle_is_run_again(mongo_url: str) -> None:
    attempts = 0
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        database = client.get_database(f"{client.get_default_database().name}-any")
        things = database["things"]
        await things.insert_one({"_id": 0})

        async def insert(session: Session) -> None:
            nonlocal attempts
            attempts += 1
            await things.insert_one({"_id": attempts}, session=session)
            if attempts == 1:
                await _interrupted_while_it_reads(client, things, session)

        await MongoDatabase(client, database).transaction(insert)
        held = await things.distinct("_id")

    assert held == [0, 2]


@pytest.mark.parametrize(
    "failure",
    [
        {"errorCode": 11601},
        {"writeConcernError": {"code": 11601, "errmsg": "operation was interrupted"}},
        {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}},
        {"closeConnection": True},
    ],
    ids=["before it is committed", "once it is committed", "out of time", "cut off"],
)
async def test_a_commit_that_is_interrupted_is_asked_for_again(
    mongo_url: str, failure: dict[str, Any]
) -> None:
    attempts = 0
    async with AsyncMongoClient[dict[str, Any]](mongo_url, appname=uuid4().hex) as client:
        database = client.get_database(f"{client.get_default_database().name}-any")

        async def insert(session: Session) -> str:
            nonlocal attempts
            attempts += 1
            await database["things"].insert_one({"_id": attempts}, session=session)
            return "done"

        await _failing(client, "commitTransaction", failure)
        answer = await MongoDatabase(client, database).transaction(insert)
        held = await database["things"].distinct("_id")

    assert (answer, attempts, held) == ("done", 1, [1])


async def test_a_transaction_whose_commit_comes_too_late_is_run_again(mongo_url: str) -> None:
    attempts = 0
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        database = client.get_database(f"{client.get_default_database().name}-any")

        async def insert(session: Session) -> None:
            nonlocal attempts
            attempts += 1
            await database["things"].insert_one({"_id": attempts}, session=session)
            if attempts == 1:
                await client.admin.command("killSessions", [session.session_id])

        await MongoDatabase(client, database).transaction(insert)
        held = await database["things"].distinct("_id")

    assert held == [2]


async def _failing(
    client: AsyncMongoClient[dict[str, Any]], command: str, failure: dict[str, Any]
) -> None:
    """Let this client's next command of that name fail."""
    name = client.options.pool_options.metadata["application"]["name"]
    data = {"failCommands": [command], "appName": name, **failure}
    await client.admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data=data)


async def _interrupted_while_it_reads(
    client: AsyncMongoClient[dict[str, Any]], things: Collection, session: Session
) -> None:
    """Read slowly, and have the session killed meanwhile, as a starved process's may be."""
    mark = uuid4().hex
    slowly = {"$where": f"function() {{ sleep(60000); return '{mark}'; }}"}
    reading = asyncio.create_task(things.find_one(slowly, session=session))

    async def is_reading() -> bool:
        operations = client.admin.aggregate([{"$currentOp": {}}])
        return any([mark in str(each.get("command")) async for each in await operations])

    await eventually(is_reading)
    await client.admin.command("killSessions", [session.session_id])
    await reading
