"""`helio restore`: a backup becomes the data of a cluster that does not run."""

import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from helio.backups.contents import DATABASES, SECRETS_FOLDER, BackupError
from helio.backups.manifest import FileEntry, Manifest, digest, verified
from helio.data_folder import AlreadyRunningError, DataFolder
from helio.settings import ClusterSettings
from servicekit.durable_files import sync_folder, write_private
from servicekit.restoring import RESTORE_ID_FILE

_STAGE: Final = ".restoring"
_SQLITE_SUFFIXES: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the data of before are now; None when there were none."""

    manifest: Manifest
    replaced: Path | None


def restore(settings: ClusterSettings, backup: Path, *, force: bool) -> Restored:
    """Make a backup the data of a cluster; with `force`, move aside what is there.

    Raises `StartError`; then the data are what they were, or `helio up` refuses them until another
    restore has succeeded.
    """
    _check_store(settings)
    manifest = verified(backup)
    folder = DataFolder(settings.data)
    if (pid := folder.owner()) is not None:
        raise AlreadyRunningError(pid)
    _check_free(settings.data, force=force)
    folder.prepare()
    with folder.owned():
        _check_free(settings.data, force=force)
        try:
            return Restored(manifest, _replace(folder, backup, manifest))
        except OSError as error:
            raise BackupError(f"cannot write to {settings.data}: {error.strerror}") from None


def _check_store(settings: ClusterSettings) -> None:
    for database in DATABASES:
        settings.database_path(database.service)


def _check_free(data: Path, *, force: bool) -> None:
    if not force and _held(data):
        raise BackupError(
            f"{data} holds a cluster's data: choose another --data folder, or move them aside"
            " by --force"
        )


def _held(data: Path) -> list[Path]:
    """Return what in a data folder is a cluster's data."""
    databases = [database.file + suffix for database in DATABASES for suffix in _SQLITE_SUFFIXES]
    names = [*databases, SECRETS_FOLDER, RESTORE_ID_FILE]
    return [data / name for name in names if os.path.lexists(data / name)]


def _replace(folder: DataFolder, backup: Path, manifest: Manifest) -> Path | None:
    """Put a backup's files in the place of the present ones; return where those are now."""
    stage = folder.path / _STAGE
    try:
        _fill(stage, backup, manifest)
        with folder.changing_data():
            replaced = _move_aside(folder.path)
            for staged in stage.iterdir():
                staged.rename(folder.path / staged.name)
            sync_folder(folder.path)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return replaced


def _fill(stage: Path, backup: Path, manifest: Manifest) -> None:
    """Copy a backup's files, and name the restore, by which services know that it is one."""
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    (stage / SECRETS_FOLDER).mkdir(mode=0o700)
    for entry in manifest.files:
        _copy(backup, stage, entry)
    write_private(stage / RESTORE_ID_FILE, f"{secrets.token_hex(16)}\n".encode())
    sync_folder(stage / SECRETS_FOLDER)
    sync_folder(stage)


def _copy(backup: Path, stage: Path, entry: FileEntry) -> None:
    target = stage / entry.name
    write_private(target, b"")
    with (backup / entry.name).open("rb") as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    if digest(target) != entry.sha256:
        raise BackupError(f"{backup / entry.name} has changed while it was restored")


def _move_aside(data: Path) -> Path | None:
    held = _held(data)
    if not held:
        return None
    replaced = data / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    replaced.mkdir(mode=0o700)
    for path in held:
        path.rename(replaced / path.name)
    sync_folder(replaced)
    return replaced
