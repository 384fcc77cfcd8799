"""A backup's manifest: what it holds, to the byte."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from helio.backups.checks import Facts, check_copies
from helio.backups.contents import DATABASES, MANIFEST, SECRETS, BackupError

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a backup."""

    name: str
    """Its path below the backup, and below the data folder."""
    bytes: int
    sha256: str
    schema: int | None
    """`PRAGMA user_version` of a database; None for any other file."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of."""

    made: str
    """When the copying began (RFC 3339)."""
    version: str
    """The release of Heliograph that made it."""
    cluster: str
    feed_position: str
    """The cursor at the end of the copied change feed."""
    files: tuple[FileEntry, ...]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(entry.bytes for entry in self.files)

    def holds(self, name: str) -> bool:
        """Say whether the backup has a file of this name."""
        return any(entry.name == name for entry in self.files)


def described(folder: Path, *, made: str, version: str) -> Manifest:
    """Return the manifest of sound copies in a folder. Raises `BackupError` or `OSError`."""
    facts = check_copies(folder)
    names = [database.file for database in DATABASES]
    names += [secret for secret in SECRETS if (folder / secret).exists()]
    files = tuple(_entry(folder, name, facts) for name in names)
    return Manifest(made, version, facts.cluster, facts.feed_position, files)


def encoded(manifest: Manifest) -> bytes:
    """Return a manifest as JSON, with a checksum of its own."""
    members = {"format": _FORMAT, **asdict(manifest)}
    sealed = {**members, "sha256": _checksum(members)}
    return orjson.dumps(sealed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def verified(backup: Path) -> Manifest:
    """Return the manifest of a backup that is whole and sound. Raises `BackupError`."""
    try:
        manifest = _read(backup)
        for entry in manifest.files:
            _check_file(backup, entry)
        found = described(backup, made=manifest.made, version=manifest.version)
    except OSError as error:
        raise BackupError(f"cannot read the backup {backup}: {error.strerror}") from None
    if found != manifest:
        raise BackupError(f"{backup} does not hold what its {MANIFEST} says")
    return manifest


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(folder: Path, name: str, facts: Facts) -> FileEntry:
    path = folder / name
    return FileEntry(name, path.stat().st_size, digest(path), facts.schemas.get(name))


def _checksum(members: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _read(backup: Path) -> Manifest:
    path = backup / MANIFEST
    if not path.is_file():
        raise BackupError(f"{backup} is no backup: it has no {MANIFEST}")
    try:
        members = orjson.loads(path.read_bytes())
        checksum, form = members.pop("sha256"), members["format"]
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        raise BackupError(f"{path} is damaged: it is no manifest") from None
    if form != _FORMAT:
        raise BackupError(
            f"{backup} has the format {form}, and this release reads {_FORMAT}: restore it with"
            " the release that made it"
        )
    if checksum != _checksum(members):
        raise BackupError(f"{path} is damaged: its checksum is another")
    return _decoded(members)


def _decoded(members: dict[str, Any]) -> Manifest:
    del members["format"]
    files = tuple(FileEntry(**entry) for entry in members.pop("files"))
    return Manifest(**members, files=files)


def _check_file(backup: Path, entry: FileEntry) -> None:
    path = backup / entry.name
    if not path.is_file():
        raise BackupError(f"{path} is missing")
    if (size := path.stat().st_size) != entry.bytes:
        raise BackupError(f"{path} is damaged: it has {size} bytes instead of {entry.bytes}")
    if digest(path) != entry.sha256:
        raise BackupError(f"{path} is damaged: its SHA-256 is another")
