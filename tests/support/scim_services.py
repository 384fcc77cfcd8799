"""The services that SCIM needs, in the test process: gateway, store and registrar."""

import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from support.fake_peers import serving_registrar
from support.fake_registrar import FakeRegistrar
from support.in_process import free_port, serving
from support.registrar_storage import MASTER_KEY

import resource_store.app
import scim_gateway.app
import ssf_registrar.app
from resource_store.settings import Settings
from scim_gateway.settings import Settings as GatewaySettings
from servicekit.faces import FACES
from ssf_registrar.settings import Settings as RegistrarSettings

ADMIN_TOKEN = "the-admin-token-of-the-tests"
_TRIES = 50


@asynccontextmanager
async def serving_scim(
    data: Path, *, schemas: Path | None = None, profile: str = "tolerant", **settings: str
) -> AsyncIterator[str]:
    """Run the three services until the block ends; gives SCIM's base URI.

    Further settings, such as those of the store, are for all of them.
    """
    place = {"data": data, "port": free_first_port(), "schemas": schemas, **settings}
    secrets = {"admin_token": ADMIN_TOKEN, "master_key": MASTER_KEY}
    store = Settings.model_validate(place)
    registrar = RegistrarSettings.model_validate({**place, **secrets})
    gateway = GatewaySettings.model_validate({**place, "scim_profile": profile})
    async with (
        serving("resource-store", store, resource_store.app.build),
        serving("ssf-registrar", registrar, ssf_registrar.app.build),
        serving("scim-gateway", gateway, scim_gateway.app.build) as origin,
    ):
        yield f"{origin}/scim/v2"


@asynccontextmanager
async def serving_scim_beside(
    registrar: FakeRegistrar, data: Path, **settings: object
) -> AsyncIterator[str]:
    """Run gateway and store beside a registrar in memory; gives SCIM's origin."""
    place = {"data": data, "port": free_first_port(), **settings}
    store = Settings.model_validate(place)
    gateway = GatewaySettings.model_validate(place)
    async with (
        serving("resource-store", store, resource_store.app.build),
        serving_registrar(gateway, registrar),
        serving("scim-gateway", gateway, scim_gateway.app.build) as origin,
    ):
        yield origin


def free_first_port() -> int:
    """Find a port below which every face of a cluster has a free one."""
    for _ in range(_TRIES):
        port = free_port()
        if all(_is_free(port + face.port_offset) for face in FACES.values()):
            return port
    raise AssertionError("no row of free ports")


def _is_free(port: int) -> bool:
    with ExitStack() as stack:
        try:
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
        except OSError:
            return False
    return True
