"""A real mongod for the whole test run, and a fresh set of databases for each test that asks."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pymongo import MongoClient

from heliograph_mongod.server import MongodUnavailableError, running_mongod

_BYTES = 4 * 1024**3


@pytest.fixture(scope="session")
def mongod(pytestconfig: pytest.Config) -> Iterator[str]:
    """Give the URL of a replica set; where there is no mongod, skip loudly."""
    try:
        with (
            TemporaryDirectory(prefix="mongod-", dir=_memory()) as folder,
            running_mongod(Path(folder)) as url,
        ):
            _let_pymongo_leave_sockets(pytestconfig, port=urlsplit(url).port)
            yield url
    except MongodUnavailableError as error:
        pytest.skip(f"NOT TESTED ON MONGODB: {error}")


def _let_pymongo_leave_sockets(config: pytest.Config, *, port: int | None) -> None:
    """Pass over sockets to this mongod that pymongo was just connecting when it was cancelled.

    It closes them on an OSError alone (4.20, pool_shared.py), so they are left to the collector.
    """
    to_mongod = rf"raddr=\('127\.0\.0\.1', {port}\)"
    to_nobody_yet = r"laddr=\('127\.0\.0\.1', [0-9]+\)"
    left = rf"<socket\.socket .*({to_mongod}|{to_nobody_yet})>"
    unraisable = "pytest.PytestUnraisableExceptionWarning"
    config.addinivalue_line("filterwarnings", f"ignore:unclosed {left}:ResourceWarning")
    config.addinivalue_line("filterwarnings", f"ignore:Exception ignored in. {left}:{unraisable}")


def _memory() -> Path | None:
    """Return a folder in memory: what waits for a disk there is a thousand small databases.

    What is killed in tests are our services, and that is the same on a disk.
    """
    memory = Path("/dev/shm")  # noqa: S108  the folder that Linux has for it
    is_large = memory.is_dir() and shutil.disk_usage(memory).free > _BYTES
    return memory if is_large else None


@pytest.fixture
def mongo_url(mongod: str) -> Iterator[str]:
    """Give a URL whose databases are this test's own."""
    with fresh_databases(mongod) as url:
        yield url


def _end_transactions_of_the_killed(client: MongoClient[dict[str, Any]]) -> None:
    """End transactions in which nothing goes on: their locks would keep a drop for a minute."""
    operations = {"$currentOp": {"allUsers": True, "idleSessions": True}}
    resting = {"$match": {"type": "idleSession", "transaction": {"$exists": True}}}
    found = client.admin.aggregate([operations, resting])
    if sessions := [{"id": each["lsid"]["id"]} for each in found]:
        client.admin.command("killSessions", sessions)


@contextmanager
def fresh_databases(mongod: str) -> Iterator[str]:
    """Give a URL whose databases are nobody else's; they are dropped in the end."""
    name = f"test-{uuid4().hex[:12]}"
    yield mongod.replace("/?", f"/{name}?")
    with MongoClient[dict[str, Any]](mongod) as client:
        _end_transactions_of_the_killed(client)
        for database in client.list_database_names():
            if database.startswith(f"{name}-"):
                client.drop_database(database)
