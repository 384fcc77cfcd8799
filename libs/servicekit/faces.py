"""The one table of the cluster's faces: which service listens where, and which paths it serves."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Face:
    """One service's place: its port above the cluster's first, and the path prefixes it serves."""

    service: str
    port_offset: int
    prefixes: tuple[str, ...]


_ALL = (
    Face("scim-gateway", 0, ("/scim/v2",)),
    Face(
        "ssf-registrar",
        1,
        (
            "/.well-known/ssf-configuration",
            "/ssf/streams",
            "/ssf/status",
            "/ssf/verify",
            "/jwks.json",
        ),
    ),
    Face("set-transmitter", 2, ("/ssf/poll", "/poll", "/ssf/events")),
    Face("set-receiver", 3, ("/events",)),
    Face("resource-store", 4, ()),
)

FACES: Final[Mapping[str, Face]] = MappingProxyType({face.service: face for face in _ALL})

# A unix socket's path has at most 108 bytes, the closing NUL included (unix(7)).
_LONGEST_SOCKET_PATH = 107
_LONGEST_SOCKET_NAME = max(len(f"/{service}.sock") for service in FACES)


def module_of(service: str) -> str:
    """Return the Python package of a service: "set-receiver" is `set_receiver`."""
    return service.replace("-", "_")


def socket_folder(data: Path) -> Path:
    """Return where the services of a data folder have their unix sockets, made for the owner alone.

    That is DATA/run, unless its path is too long for a socket: then a folder of the temporary
    directory whose name follows from the data folder's.
    """
    folder = data.resolve() / "run"
    if len(str(folder).encode()) + _LONGEST_SOCKET_NAME > _LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"heliograph-{digest}"
    return folder


def socket_address(data: Path, service: str) -> str:
    """Return the gRPC address of a service of an embedded cluster."""
    return f"unix:{socket_folder(data) / service}.sock"
