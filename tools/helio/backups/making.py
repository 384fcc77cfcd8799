"""`helio backup`: copies of all that a cluster knows, while it runs."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from helio.backups.contents import (
    DATABASES,
    MANIFEST,
    SECRETS,
    SECRETS_FOLDER,
    BackupError,
    embedded_store,
)
from helio.backups.manifest import Manifest, described, encoded
from helio.data_folder import DataFolder
from helio.settings import ClusterSettings
from servicekit.durable_files import sync_folder, write_private
from servicekit.stores import SqliteFolder

# Only another's exclusive lock makes a reader wait: no service takes one for long.
_BUSY_SECONDS: Final = 5.0


def default_target() -> Path:
    """Return a new name in the working directory, by the time."""
    return Path(f"heliograph-backup-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")


def make_backup(settings: ClusterSettings, target: Path) -> Manifest:
    """Make a backup in the new folder `target`, and return its manifest once it is durable.

    Raises `BackupError`; then there is nothing at `target`.
    """
    store = embedded_store(settings)
    _check_source(store)
    _check_target(target, outside=(settings.data, store.folder))
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.unfinished")
    try:
        manifest = _make(settings, store, unfinished)
        unfinished.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}; no backup was made") from None
    except sqlite3.Error as error:
        raise BackupError(f"cannot copy to {target}: {error}; no backup was made") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _check_source(store: SqliteFolder) -> None:
    for database in DATABASES:
        if not store.file_of(database.service).is_file():
            raise BackupError(
                f"there is no cluster in {store.folder}: it has no {database.file}; name its --data"
                " folder, and its --store where that is another"
            )


def _check_target(target: Path, *, outside: Iterable[Path]) -> None:
    if os.path.lexists(target):
        raise BackupError(f"{target} exists already: name another place by --to")
    if not target.parent.is_dir():
        raise BackupError(f"there is no folder {target.parent}: make it, or choose another --to")
    if any(target.is_relative_to(folder) for folder in outside):
        raise BackupError(f"{target} is lost with the data folder: choose another --to")


def _make(settings: ClusterSettings, store: SqliteFolder, folder: Path) -> Manifest:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    folder.mkdir(mode=0o700)
    restore_before = settings.last_restore()
    for database in DATABASES:
        _copy_database(store.file_of(database.service), folder / database.file)
    _copy_secrets(settings.data, folder)
    DataFolder(settings.data).refuse_half_restored()
    if settings.last_restore() != restore_before:
        raise BackupError(f"{settings.data} was restored meanwhile: no backup was made")
    manifest = described(folder, made=made, version=version("heliograph"))
    write_private(folder / MANIFEST, encoded(manifest))
    sync_folder(folder)
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment; its writer does not wait for that."""
    write_private(target, b"")
    with (
        closing(_connect(source)) as original,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        # What fails is thrown away whole, so nothing needs to be undone.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        original.backup(copy, progress=_refuse_to_wait)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
    # Python would try again for ever.
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("the database is locked by another program")


def _connect(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS)


def _copy_secrets(data: Path, folder: Path) -> None:
    secrets_folder = folder / SECRETS_FOLDER
    secrets_folder.mkdir(mode=0o700)
    for name in SECRETS:
        if (data / name).exists():
            write_private(folder / name, (data / name).read_bytes())
    sync_folder(secrets_folder)
