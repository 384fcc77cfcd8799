"""Services that many tests share, and for each test a tenant in them that is nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from support.fake_registrar import FakeRegistrar
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim_beside

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Tenant:
    name: str
    base_uri: str
    token: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A gateway and a store of SCIM resources, beside a registrar in memory."""

    origin: str
    registrar: FakeRegistrar

    def new_tenant(self, **configuration: object) -> Tenant:
        """Make a tenant that has nothing yet."""
        name = f"tenant-{next(_NUMBERS)}"
        self.registrar.configure(name, **configuration)
        token = self.registrar.grant(f"the-token-of-{name}", tenant=name)
        return Tenant(name, f"{self.origin}/t/{name}/scim/v2", token)

    @asynccontextmanager
    async def new_client(self, **configuration: object) -> AsyncIterator[Client]:
        """Make a tenant, and give its client."""
        tenant = self.new_tenant(**configuration)
        async with scim_client(tenant.base_uri, tenant.token) as client:
            yield client


@asynccontextmanager
async def serving_tenants(
    data: Path, *, store: str, schemas: Path | None = None
) -> AsyncIterator[Provider]:
    """Run gateway and store until the block ends; `store` is the URL of the setting."""
    registrar = FakeRegistrar()
    async with serving_scim_beside(registrar, data, store=store, schemas=schemas) as origin:
        yield Provider(origin, registrar)
