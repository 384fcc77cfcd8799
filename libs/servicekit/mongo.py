"""A service's database in a MongoDB replica set."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.uri_parser import parse_uri
from pymongo.write_concern import WriteConcern

from servicekit.failures import StartError, StorageError
from servicekit.mongo_abandoned import held_up_by_nobody

T = TypeVar("T")
Document = dict[str, Any]
Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
Session = AsyncClientSession
Migration = Callable[[Database], Awaitable[None]]
"""Makes collections and indexes; it may be repeated, and run by two replicas at once."""

_DEFAULT_NAME: Final = "heliograph"
_SELECTION_MILLISECONDS: Final = 5_000
_WRITE_MILLISECONDS: Final = 10_000
_SNAPSHOT: Final = ReadConcern("snapshot")
_SCHEMA: Final = "schema"
_INTERRUPTED: Final = 11601
_UNKNOWN_RESULT: Final = "UnknownTransactionCommitResult"
_COMMIT_SECONDS: Final = 60.0


class MongoDatabase:
    """One service's database; made by `open_mongo`.

    What a write or a transaction returned from is on a majority of the members, journaled.
    """

    def __init__(self, client: AsyncMongoClient[Document], database: Database) -> None:
        self._client = client
        self.database = database

    def __getitem__(self, name: str) -> Collection:
        """Return a collection."""
        return self.database[name]

    async def transaction(self, operation: Callable[[Session], Awaitable[T]]) -> T:
        """Run `operation` in a transaction and return its value once it is durable.

        It is run again, on a newer snapshot, when it met another's write, or was taken for
        abandoned. Raises what it raised (nothing of it remains then), or `StorageError` when it may
        not have become durable.
        """

        async def repeatable(session: Session) -> T:
            try:
                value = await operation(session)
            except OperationFailure as error:
                if not was_interrupted(error):
                    raise
                # The driver knows by this label alone that a transaction may be run again.
                raise PyMongoError("interrupted", ["TransientTransactionError"]) from error
            await _commit(session)
            return value

        with storage_errors():
            async with self._client.start_session() as session:
                return await session.with_transaction(
                    repeatable, _SNAPSHOT, self.database.write_concern
                )

    async def snapshot(self, operation: Callable[[Session], Awaitable[T]]) -> T:
        """Run `operation`, which only reads, on one snapshot that a majority has.

        Raises what it raised, or `StorageError`.
        """
        with storage_errors():
            async with self._client.start_session(snapshot=True) as session:
                return await operation(session)

    async def works(self) -> bool:
        """Whether the replica set answers."""
        try:
            await self.database.command("ping")
        except PyMongoError:
            return False
        return True


async def _commit(session: Session) -> None:
    """Commit, and ask again while nobody knows what became of it: a second time does no harm.

    The driver would do so by itself, but for commits that were interrupted.
    """
    ends = time.monotonic() + _COMMIT_SECONDS
    while True:
        try:
            return await session.commit_transaction()
        except PyMongoError as error:
            is_unknown = error.has_error_label(_UNKNOWN_RESULT) or was_interrupted(error)
            if not is_unknown or time.monotonic() > ends:
                raise


def was_interrupted(error: PyMongoError) -> bool:
    """Whether the transaction was ended just while it went on (`servicekit.mongo_abandoned`)."""
    return isinstance(error, OperationFailure) and error.code == _INTERRUPTED


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what MongoDB could not do into `StorageError`; its text names no value and no secret."""
    try:
        yield
    except PyMongoError as error:
        raise StorageError(f"the database could not do it: {type(error).__name__}") from error


@asynccontextmanager
async def open_mongo(
    url: str, service: str, migrations: Sequence[Migration]
) -> AsyncIterator[MongoDatabase]:
    """Open the service's database, and bring it to the newest of `migrations`.

    Its name is the URL's path (or "heliograph"), a hyphen and the service's name. Raises
    `StartError` when it cannot be reached, is no replica set, or was written by a newer release.
    While it is open, transactions that others died in are ended (`servicekit.mongo_abandoned`).
    """
    client, name, hosts = _client(url)
    try:
        database = client.get_database(
            f"{name}-{service}",
            write_concern=WriteConcern("majority", j=True, wtimeout=_WRITE_MILLISECONDS),
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        await _check_replica_set(client, hosts)
        await _migrate(database, migrations)
        async with held_up_by_nobody(client):
            yield MongoDatabase(client, database)
    finally:
        await client.close()


def _client(url: str) -> tuple[AsyncMongoClient[Document], str, str]:
    try:
        parsed = parse_uri(url)
        hosts = ", ".join(f"{host}:{port}" for host, port in parsed["nodelist"])
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            url,
            appname="heliograph",
            tz_aware=True,
            serverSelectionTimeoutMS=_SELECTION_MILLISECONDS,
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        # The error's text may repeat the URL, and so a password.
        raise StartError(
            f"HELIOGRAPH_STORE is no valid MongoDB URL ({type(error).__name__}):"
            " use mongodb://HOST/?replicaSet=NAME"
        ) from None
    return client, parsed["database"] or _DEFAULT_NAME, hosts


async def _check_replica_set(client: AsyncMongoClient[Document], hosts: str) -> None:
    try:
        hello = await client.admin.command("hello")
    except OperationFailure as error:
        raise StartError(
            f"MongoDB refuses the credentials of HELIOGRAPH_STORE (code {error.code}):"
            " correct the user, the password, or authSource"
        ) from None
    except PyMongoError as error:
        raise StartError(
            f"cannot reach MongoDB at {hosts} ({type(error).__name__}):"
            " start it, or correct HELIOGRAPH_STORE"
        ) from None
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise StartError(
            "HELIOGRAPH_STORE: this MongoDB is no replica set, which transactions need:"
            " start mongod with --replSet and initiate it"
        )


async def _migrate(database: Database, migrations: Sequence[Migration]) -> None:
    try:
        found = await database[_SCHEMA].find_one({"_id": _SCHEMA})
        version = found["version"] if found else 0
        if version > len(migrations):
            raise StartError(
                f"the database {database.name} was written by a newer release (schema {version},"
                f" this one knows {len(migrations)}): install that release, or restore a backup"
            )
        for number, migrate in enumerate(migrations[version:], start=version + 1):
            await migrate(database)
            await database[_SCHEMA].update_one(
                {"_id": _SCHEMA}, {"$max": {"version": number}}, upsert=True
            )
    except PyMongoError as error:
        raise StartError(
            f"cannot prepare the database {database.name}: {type(error).__name__}: {error}"
        ) from None
