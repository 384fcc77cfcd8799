"""A real mongod for the whole test run, and a fresh set of databases for each test that asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from pymongo import MongoClient

from heliograph_mongod.server import MongodUnavailableError, running_mongod


@pytest.fixture(scope="session")
def mongod() -> Iterator[str]:
    """Give the URL of a replica set; where there is no mongod, skip loudly."""
    try:
        with running_mongod() as url:
            yield url
    except MongodUnavailableError as error:
        pytest.skip(f"NOT TESTED ON MONGODB: {error}")


@pytest.fixture
def mongo_url(mongod: str) -> Iterator[str]:
    """Give a URL whose databases are this test's own."""
    with fresh_databases(mongod) as url:
        yield url


@contextmanager
def fresh_databases(mongod: str) -> Iterator[str]:
    """Give a URL whose databases are nobody else's; they are dropped in the end."""
    name = f"test-{uuid4().hex[:12]}"
    yield mongod.replace("/?", f"/{name}?")
    with MongoClient[dict[str, object]](mongod) as client:
        for database in client.list_database_names():
            if database.startswith(f"{name}-"):
                client.drop_database(database)
