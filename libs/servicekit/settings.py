"""What every service reads from its environment and command line (docs/configuration.md)."""

import argparse
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.endpoints import Endpoint, unix_endpoint
from servicekit.faces import FACES
from servicekit.failures import StartError
from servicekit.identity import read_identity
from servicekit.restoring import restore_id
from servicekit.stores import MongoUrl, StoreLocation, parse_store

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")

_TCP_ADDRESS: Final = re.compile(r"(dns:///)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")


def _tcp_address(value: str) -> str:
    if _TCP_ADDRESS.fullmatch(value) is None:
        raise PydanticCustomError("tcp_address", "must be host:port or dns:///host:port")
    return value


def _set(value: object) -> object:
    """Return None for the empty text, by which a container's environment says "unset"."""
    return None if value == "" else value


TcpAddress = Annotated[str, AfterValidator(_tcp_address)]


class ServiceSettings(BaseSettings):
    """The settings that all services share; each adds its own in a subclass."""

    model_config = SettingsConfigDict(env_prefix="HELIOGRAPH_", frozen=True, extra="ignore")

    data: Path = Path("data")
    store: str = Field(default="sqlite:", repr=False)
    """Where state is kept: sqlite: or sqlite:FOLDER, or mongodb://… (`servicekit.stores`)."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65531)
    """The cluster's first port; each face has its own offset (`servicekit.faces`)."""
    public_url: str | None = None
    """The one public origin of all faces; without it each face is known by its own port."""
    schemas: Annotated[Path | None, BeforeValidator(_set)] = None
    """The folder of the operator's schemas and resource types; unset, there are the standard's."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None
    """Where traces go by OTLP over gRPC, e.g. http://localhost:4317; unset means no tracing."""
    drain_seconds: float = Field(default=4.0, gt=0)
    restore_id: str = ""
    """Names the restore of a database that `helio restore` did not make; new with each."""
    supervised: bool = False
    """Set by `helio up`: the service ends when its standard input does."""
    grpc_listen: TcpAddress | None = None
    """Where this service listens for its peers over TCP; unset, it is a unix socket."""
    resource_store: TcpAddress | None = None
    """Where the resource-store is over TCP; unset, it has its unix socket below DATA."""
    ssf_registrar: TcpAddress | None = None
    """Where the ssf-registrar is over TCP; as above."""
    set_transmitter: TcpAddress | None = None
    """Where the set-transmitter is over TCP; as above."""
    certificates: Path | None = None
    """The folder of `helio certificates`, by which services know each other over TCP."""

    def http_port(self, service: str) -> int:
        """Return the port of a service's HTTP face."""
        return self.port + FACES[service].port_offset

    def origin_of(self, service: str) -> str:
        """Return the public origin of a service's face, without a trailing slash."""
        origin = self.public_url or f"http://{self.host}:{self.http_port(service)}"
        return origin.rstrip("/")

    @model_validator(mode="after")
    def _tcp_is_tls(self) -> Self:
        for name in ("grpc_listen", "resource_store", "ssf_registrar", "set_transmitter"):
            if getattr(self, name) is not None and self.certificates is None:
                raise PydanticCustomError(
                    "certificates",
                    "HELIOGRAPH_{name} needs HELIOGRAPH_CERTIFICATES: over TCP services speak TLS"
                    " alone, and `helio certificates DIR` makes what it takes",
                    {"name": name.upper()},
                )
        return self

    def own_endpoint(self, service: str) -> Endpoint:
        """Return where a service, which is this process, listens for its peers.

        Raises `StartError` when its certificate cannot be used.
        """
        return self._endpoint(service, self.grpc_listen, of=service)

    def peer(self, service: str, caller: str) -> Endpoint:
        """Return where `caller`, which is this process, calls another service.

        Raises `StartError` when the caller's certificate cannot be used.
        """
        addresses = {
            "resource-store": self.resource_store,
            "ssf-registrar": self.ssf_registrar,
            "set-transmitter": self.set_transmitter,
        }
        return self._endpoint(service, addresses[service], of=caller)

    def _endpoint(self, service: str, address: str | None, *, of: str) -> Endpoint:
        if address is None or self.certificates is None:
            return unix_endpoint(self.data, service)
        return Endpoint(service, address, read_identity(self.certificates, of))

    def location(self) -> StoreLocation:
        """Return where state is kept. Raises `StartError`."""
        return parse_store(self.store, data=self.data)

    def database_path(self, service: str) -> Path:
        """Return the SQLite file of a service that knows no other store yet."""
        location = self.location()
        if isinstance(location, MongoUrl):
            raise StartError(f"HELIOGRAPH_STORE: {service} does not keep its state in MongoDB yet")
        return location.file_of(service)

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
        raise StartError(sentence_of(error)) from None


def sentence_of(error: ValidationError) -> str:
    """Return what is wrong first, in one line that names the variable."""
    first = error.errors()[0]
    sentence = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return sentence
    return f"HELIOGRAPH_{'_'.join(str(part) for part in first['loc']).upper()}: {sentence}"


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
