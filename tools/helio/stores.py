"""The store of a cluster: what it carries, who owns it, and that nobody reads its password."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from helio.data_folder import DataFolder
from helio.settings import ClusterSettings
from servicekit.failures import StartError
from servicekit.settings import private_folder
from servicekit.stores import MongoUrl, SqliteFolder

_OPTION: Final = "--store"


def check_store(settings: ClusterSettings) -> None:
    """Raise `StartError` when the store, or what is set for it, does not carry the cluster."""
    match settings.location():
        case SqliteFolder() if settings.replicas > 1:
            raise StartError(
                f"--replicas {settings.replicas}: the embedded store (sqlite:) carries one of each"
                " service: leave --replicas out"
            )
        case MongoUrl() if settings.replicas > 1:
            raise StartError(
                f"--replicas {settings.replicas}: `helio up` runs one of each service, also on"
                " MongoDB: leave --replicas out, and scale services with compose"
            )
        case MongoUrl() if settings.master_key is None:
            raise StartError(
                "HELIOGRAPH_MASTER_KEY is not set, and with MongoDB no key is made: set it, e.g."
                " to what `openssl rand -base64 32` prints, and keep it"
            )


@contextmanager
def owned_store(settings: ClusterSettings) -> Iterator[None]:
    """Be the one owner of an embedded store outside the data folder, which has its own lock.

    Raises `AlreadyRunningError`.
    """
    location = settings.location()
    if not isinstance(location, SqliteFolder) or location.folder == settings.data:
        yield
        return
    private_folder(location.folder)
    with DataFolder(location.folder).owned():
        yield


def hide_url(settings: ClusterSettings, command: Sequence[str]) -> None:
    """Begin this program anew without a MongoDB URL on its command line, if there is one.

    Everybody on the machine can read a command line, and a URL may hold a password: it goes on in
    the environment. `command` is this program's own, without the interpreter.
    """
    if not isinstance(settings.location(), MongoUrl) or not _names_store(command):
        return
    environment = {**os.environ, "HELIOGRAPH_STORE": settings.store}  # noqa: TID251  handed down
    os.execve(sys.executable, [sys.executable, *without_store(command)], environment)  # noqa: S606


def without_store(command: Sequence[str]) -> list[str]:
    """Return a command line without its option `--store`."""
    kept: list[str] = []
    arguments = iter(command)
    for argument in arguments:
        if argument == _OPTION:
            next(arguments, None)
        elif not argument.startswith(f"{_OPTION}="):
            kept.append(argument)
    return kept


def _names_store(command: Sequence[str]) -> bool:
    return without_store(command) != list(command)
