"""Checking copies of the databases: each by itself, then all of them together."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helio.backups.contents import DATABASES, MASTER_KEY, BackupError, ServiceDatabase
from resource_store.adapters.sqlite.backup import (
    cluster_of,
    feed_end,
    is_closed,
    last_clock_of,
    reaches,
)
from set_receiver.adapters.sqlite.backup import last_applied
from set_transmitter.adapters.sqlite.backup import feed_cursor_of
from ssf_registrar.adapters.sqlite.backup import check_master_key

# As many as can have been on their way between the two copies, and many more.
_RECEIPTS: Final = 1000

Copies = Mapping[str, sqlite3.Connection]


@dataclass(frozen=True, slots=True)
class Facts:
    """What sound copies say of the cluster that they are of."""

    cluster: str
    feed_position: str
    schemas: Mapping[str, int]
    """`PRAGMA user_version` by file."""


def check_copies(folder: Path) -> Facts:
    """Check the copies in a folder and return what they say. Raises `BackupError`."""
    with _opened(folder) as copies:
        try:
            schemas = {each.file: _check_alone(copies[each.service], each) for each in DATABASES}
            _check_together(copies, folder)
            store = copies["resource-store"]
            return Facts(cluster_of(store), feed_end(store), schemas)
        except (sqlite3.Error, TypeError) as error:
            raise BackupError(f"the copies in {folder} are damaged: {error}") from None


@contextmanager
def _opened(folder: Path) -> Iterator[Copies]:
    with ExitStack() as opened:
        yield {
            each.service: opened.enter_context(closing(_connect(folder / each.file)))
            for each in DATABASES
        }


def _connect(path: Path) -> sqlite3.Connection:
    # Immutable: a copy is read as it is, and no -wal or -shm comes to lie beside it.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _check_alone(connection: sqlite3.Connection, database: ServiceDatabase) -> int:
    """Return the copy's schema version."""
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if schema > database.newest_schema:
        raise BackupError(
            f"{database.file} was written by a newer release (schema {schema}, this one knows"
            f" {database.newest_schema}): install that release"
        )
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupError(f"{database.file} is damaged: {found}")
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise BackupError(f"{database.file} is damaged: a row of {broken[0]} refers to nothing")
    return int(schema)


def _check_together(copies: Copies, folder: Path) -> None:
    store = copies["resource-store"]
    if not reaches(store, feed_cursor_of(copies["set-transmitter"])):
        raise BackupError("set-transmitter.sqlite3 has read changes that resource-store lacks")
    for tenant, resource_id, clock in last_applied(copies["set-receiver"], limit=_RECEIPTS):
        if is_closed(store, tenant):
            continue
        known = last_clock_of(store, tenant, resource_id)
        if known is None or known < clock:
            raise BackupError(
                f"set-receiver.sqlite3 has applied a change of {resource_id} that resource-store"
                " lacks"
            )
    if (folder / MASTER_KEY).exists():
        check_master_key(copies["ssf-registrar"], folder / MASTER_KEY)
