"""Where a service's gRPC is: a unix socket below the data folder, or TCP under mutual TLS."""

from dataclasses import dataclass
from pathlib import Path

from servicekit.faces import socket_address
from servicekit.identity import Identity


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service's place, and as whom this process serves or calls there.

    Without an identity it is a unix socket, whose folder decides who may connect.
    """

    service: str
    address: str
    identity: Identity | None


def unix_endpoint(data: Path, service: str) -> Endpoint:
    """Return the endpoint of a service of an embedded cluster."""
    return Endpoint(service, socket_address(data, service), identity=None)
