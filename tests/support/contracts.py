"""Every RPC of the contracts, from what is generated."""

import importlib
import pkgutil
from collections.abc import Iterator

import heliograph


def rpcs() -> list[str]:
    """Return the full method names of all RPCs in proto/."""
    return sorted(_rpcs())


def _rpcs() -> Iterator[str]:
    for module in pkgutil.walk_packages(heliograph.__path__, "heliograph."):
        if module.name.endswith("_pb2"):
            file = importlib.import_module(module.name).DESCRIPTOR
            for service in file.services_by_name.values():
                for method in service.methods:
                    yield f"/{service.full_name}/{method.name}"
