"""What every service reads from its environment and command line (docs/configuration.md)."""

import argparse
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.faces import FACES, socket_address
from servicekit.failures import StartError
from servicekit.restoring import restore_id

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """The settings that all services share; each adds its own in a subclass."""

    model_config = SettingsConfigDict(env_prefix="HELIOGRAPH_", frozen=True, extra="ignore")

    data: Path = Path("data")
    store: str = "sqlite:"
    """Where state is kept: "sqlite:" is a file per service below the data folder."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65531)
    """The cluster's first port; each face has its own offset (`servicekit.faces`)."""
    public_url: str | None = None
    """The one public origin of all faces; without it each face is known by its own port."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None
    """Where traces go by OTLP over gRPC, e.g. http://localhost:4317; unset means no tracing."""
    drain_seconds: float = Field(default=4.0, gt=0)
    restore_id: str = ""
    """Names the restore of a database that `helio restore` did not make; new with each."""
    supervised: bool = False
    """Set by `helio up`: the service ends when its standard input does."""

    def http_port(self, service: str) -> int:
        """Return the port of a service's HTTP face."""
        return self.port + FACES[service].port_offset

    def origin_of(self, service: str) -> str:
        """Return the public origin of a service's face, without a trailing slash."""
        origin = self.public_url or f"http://{self.host}:{self.http_port(service)}"
        return origin.rstrip("/")

    def address_of(self, service: str) -> str:
        """Return the gRPC address of a service."""
        return socket_address(self.data, service)

    def database_path(self, service: str) -> Path:
        """Return the SQLite file of a service; any other kind of store is refused."""
        if self.store != "sqlite:":
            # Only the scheme: the rest of a URL can hold a password.
            raise StartError(
                f"HELIOGRAPH_STORE: {self.store.partition(':')[0]}: is not supported by this"
                " release: use sqlite:"
            )
        return self.data / database_file(service)

    def last_restore(self) -> str:
        """Return what names the last restore of this cluster's data; empty when there was none.

        Raises `StartError` when it cannot be read.
        """
        return restore_id(self.data, given=self.restore_id)


def read_settings(
    settings_class: type[SettingsT], program: str, arguments: Sequence[str] | None = None
) -> SettingsT:
    """Return the settings of a service from its command line and environment.

    Raises `StartError` with one line that names the variable at fault; an unknown flag ends the
    program with exit code 2.
    """
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--data", type=Path, help="the data folder")
    given = parser.parse_args(arguments)
    try:
        return settings_class(**{"data": given.data} if given.data is not None else {})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise StartError(f"HELIOGRAPH_{name}: {first['msg']}") from None


def database_file(service: str) -> str:
    """Return the name of a service's SQLite file in the data folder."""
    return f"{service}.sqlite3"


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, and return it.

    Raises `StartError` when it cannot be made, or belongs to another user.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
        if found.st_uid != os.getuid():
            raise StartError(f"{path} belongs to another user: choose another --data folder")
        if stat.S_IMODE(found.st_mode) & 0o002:
            raise StartError(f"everybody can write to {path}: choose another --data folder")
        if stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise StartError(
            f"cannot write to {path}: {error.strerror}; choose another --data folder"
        ) from None
    return path
