"""A registrar's store that the release before wrote opens with all that was in it."""

import json
from pathlib import Path

from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from support.registrar_storage import DATABASE, mongo_storage, sqlite_storage

from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.schema import MIGRATIONS
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.liveness import Liveness
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.domain.tokens import Token, TokenRecord
from ssf_registrar.domain.verifications import Verification

BEFORE_TENANTS = 2
BEFORE_TENANTS_ON_MONGODB = 1
BEFORE_LIVENESS = 3
TOKEN = Token(b"hash", "default", "laptop", "bob", frozenset({"scim", "ssf.read"}), expires=900)
ROTATION = Rotation(Token(b"new", "default", "laptop", "bob", frozenset(), expires=0), TOKEN)


async def all_is_there_and_rotates(storage: Storage) -> None:
    assert await storage.tenants.all() == (Tenant("default"),)
    assert await storage.tokens.of_tenant("default") == (TokenRecord(TOKEN),)
    await storage.tokens.record_uses({b"hash": 7})
    await storage.tokens.rotate(ROTATION, current_hash=b"hash", now=1)
    assert await storage.tokens.of_tenant("default") == (
        TokenRecord(ROTATION.new),
        TokenRecord(TOKEN, last_used=7, is_former=True),
    )


async def test_a_file_of_before_tenants(tmp_path: Path) -> None:
    older = Database(tmp_path / "registrar.sqlite3", MIGRATIONS[:BEFORE_TENANTS])
    row = (
        "INSERT INTO tokens VALUES (x'68617368', 'default', 'laptop', 'bob', 'scim ssf.read', 900)"
    )
    await older.write(lambda connection: connection.execute(row))
    await older.close()

    async with sqlite_storage(tmp_path) as storage:
        await all_is_there_and_rotates(storage)


async def test_a_database_of_before_tenants(mongo_url: str) -> None:
    async with mongo_storage(mongo_url):
        pass
    with MongoClient[dict[str, object]](mongo_url) as client:
        database = client[f"{parse_uri(mongo_url)['database']}-{DATABASE}"]
        for collection in ("tenants", "tokens"):
            database.drop_collection(collection)
        database["tokens"].create_index([("tenant", 1), ("name", 1)], unique=True)
        database["tokens"].insert_one(
            {
                "_id": b"hash",
                "tenant": "default",
                "name": "laptop",
                "subject": "bob",
                "scopes": ["scim", "ssf.read"],
                "expires": 900,
            }
        )
        database["schema"].update_one({}, {"$set": {"version": BEFORE_TENANTS_ON_MONGODB}})

    async with mongo_storage(mongo_url) as storage:
        await all_is_there_and_rotates(storage)


async def test_a_file_of_before_verifications(tmp_path: Path) -> None:
    older = Database(tmp_path / "registrar.sqlite3", MIGRATIONS[:BEFORE_LIVENESS])
    configuration = {
        "owner": "bob",
        "iss": "https://a.example",
        "aud": ["https://b.example"],
        "events_requested": [],
        "endpoint_url": None,
        "is_push": False,
        "description": None,
        "signing_algorithm": "RS256",
        "jwks_uri": None,
        "status": "enabled",
        "status_reason": None,
    }
    row = ("default", "s1", "transmit", 1, 1, json.dumps(configuration), None)
    await older.write(
        lambda connection: connection.execute("INSERT INTO streams VALUES (?,?,?,?,?,?,?)", row)
    )
    entry = "INSERT INTO journal VALUES (1, 'stream-created', 'default', 's1', 'transmit', NULL)"
    await older.write(lambda connection: connection.execute(entry))
    await older.close()

    async with sqlite_storage(tmp_path) as storage:
        stream = await storage.streams.get("default", "s1")
        assert stream is not None
        await storage.activity.request_verification(stream, Verification("txn", "s", 1))
        page = await storage.journal.read(None, limit=10, wait=0)

    assert stream.liveness == Liveness()
    assert [entry.verification for entry in page.entries] == [None, Verification("txn", "s", 1)]
