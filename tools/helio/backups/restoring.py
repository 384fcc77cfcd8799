"""`helio restore`: a backup becomes the data of a cluster that does not run."""

import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from helio.backups.contents import DATABASES, SECRETS_FOLDER, BackupError, embedded_store
from helio.backups.manifest import FileEntry, Manifest, digest, verified
from helio.data_folder import AlreadyRunningError, DataFolder
from helio.settings import ClusterSettings
from helio.stores import owned_store
from servicekit.durable_files import sync_folder, write_private
from servicekit.restoring import RESTORE_ID_FILE

_STAGE: Final = ".restoring"
_SQLITE_SUFFIXES: Final = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and the folders in which the data of before are now."""

    manifest: Manifest
    replaced: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that holds data of a cluster: the data folder, or that of its databases."""

    folder: Path
    names: frozenset[str]

    @property
    def stage(self) -> Path:
        """Where what comes here is made ready, on the same disk."""
        return self.folder / _STAGE

    def held(self) -> list[Path]:
        """Return what of a cluster's data is here."""
        paths = (self.folder / name for name in sorted(self.names))
        return [path for path in paths if os.path.lexists(path)]


def restore(settings: ClusterSettings, backup: Path, *, force: bool) -> Restored:
    """Make a backup the data of a cluster; with `force`, move aside what is there.

    Raises `StartError`; then the data are what they were, or `helio up` refuses them until another
    restore has succeeded.
    """
    places = _places(settings)
    manifest = verified(backup)
    folder = DataFolder(settings.data)
    if (pid := folder.owner()) is not None:
        raise AlreadyRunningError(pid)
    _check_free(places, force=force)
    folder.prepare()
    with folder.owned(), owned_store(settings):
        _check_free(places, force=force)
        try:
            return Restored(manifest, _replace(folder, places, backup, manifest))
        except OSError as error:
            raise BackupError(f"cannot write to {settings.data}: {error.strerror}") from None


def _places(settings: ClusterSettings) -> tuple[_Place, ...]:
    databases = {each.file + suffix for each in DATABASES for suffix in _SQLITE_SUFFIXES}
    others = {SECRETS_FOLDER, RESTORE_ID_FILE}
    store = embedded_store(settings).folder
    if store == settings.data:
        return (_Place(store, frozenset(databases | others)),)
    return _Place(store, frozenset(databases)), _Place(settings.data, frozenset(others))


def _check_free(places: Iterable[_Place], *, force: bool) -> None:
    for place in places:
        if not force and place.held():
            raise BackupError(
                f"{place.folder} holds a cluster's data: choose another --data folder, or move"
                " them aside by --force"
            )


def _replace(
    folder: DataFolder, places: Sequence[_Place], backup: Path, manifest: Manifest
) -> tuple[Path, ...]:
    """Put a backup's files in the place of the present ones; return where those are now."""
    try:
        for place in places:
            _fill(place, backup, manifest)
        with folder.changing_data():
            replaced = [_move_aside(place) for place in places]
            for place in places:
                _move_in(place)
    finally:
        for place in places:
            shutil.rmtree(place.stage, ignore_errors=True)
    return tuple(path for path in replaced if path is not None)


def _fill(place: _Place, backup: Path, manifest: Manifest) -> None:
    """Copy a backup's files, and name the restore, by which services know that it is one."""
    shutil.rmtree(place.stage, ignore_errors=True)
    place.stage.mkdir(mode=0o700)
    for entry in manifest.files:
        if Path(entry.name).parts[0] in place.names:
            _copy(backup, place.stage, entry)
    if RESTORE_ID_FILE in place.names:
        name = f"{secrets.token_hex(16)}\n"
        write_private(place.stage / RESTORE_ID_FILE, name.encode())
    sync_folder(place.stage)


def _copy(backup: Path, stage: Path, entry: FileEntry) -> None:
    target = stage / entry.name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(target, b"")
    with (backup / entry.name).open("rb") as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    sync_folder(target.parent)
    if digest(target) != entry.sha256:
        raise BackupError(f"{backup / entry.name} has changed while it was restored")


def _move_aside(place: _Place) -> Path | None:
    held = place.held()
    if not held:
        return None
    replaced = place.folder / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    replaced.mkdir(mode=0o700)
    for path in held:
        path.rename(replaced / path.name)
    sync_folder(replaced)
    return replaced


def _move_in(place: _Place) -> None:
    for staged in place.stage.iterdir():
        staged.rename(place.folder / staged.name)
    sync_folder(place.folder)
