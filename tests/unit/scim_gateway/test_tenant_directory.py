"""The tenants as they are now."""

import asyncio
from collections.abc import Sequence

import pytest

from scim_gateway.domain.tenants import NOT_CONFIGURED, Tenant, TenantConfiguration
from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from servicekit.bearer import TokensUnavailableError
from servicekit.failures import RemoteUnavailableError

STRICT = TenantConfiguration(profile="strict")
ACME = Tenant("acme", is_active=True, configuration=STRICT)
LEAVING = Tenant("acme", is_active=False, configuration=STRICT)


class Registrar:
    """Implements `Tenants`."""

    def __init__(self, *tenants: Tenant) -> None:
        self.tenants = {tenant.name: tenant for tenant in tenants}
        self.is_away = False
        self.was_asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def all(self) -> tuple[Sequence[Tenant], str]:
        return list(self.tenants.values()), "7"

    async def get(self, name: str) -> Tenant | None:
        if self.is_away:
            raise RemoteUnavailableError("UNAVAILABLE", "away")
        found = self.tenants.get(name)
        self.was_asked.set()
        await self.answering.wait()
        return found


async def test_what_is_loaded_is_known_without_asking() -> None:
    registrar = Registrar(ACME)
    directory = TenantDirectory(registrar, patience=0)

    cursor = await directory.load()
    registrar.is_away = True

    assert cursor == "7"
    assert await directory.active("acme") == ACME
    assert directory.configuration_at_hand("acme") == STRICT
    assert directory.configuration_at_hand("none") == NOT_CONFIGURED


async def test_a_tenant_that_is_being_deleted_is_known_and_lets_nobody_in() -> None:
    directory = TenantDirectory(Registrar(LEAVING), patience=0)
    await directory.load()

    assert directory.is_known("acme")
    assert await directory.active("acme") is None
    assert directory.configuration_at_hand("acme") == NOT_CONFIGURED


async def test_a_tenant_that_is_new_is_asked_for_once() -> None:
    registrar = Registrar()
    directory = TenantDirectory(registrar, patience=0)
    await directory.load()
    assert await directory.active("acme") is None
    registrar.tenants["acme"] = ACME

    assert await directory.active("acme") == ACME
    registrar.is_away = True
    assert await directory.active("acme") == ACME


async def test_while_nobody_can_say_an_unknown_tenant_must_wait() -> None:
    registrar = Registrar()
    registrar.is_away = True

    with pytest.raises(TokensUnavailableError):
        await TenantDirectory(registrar, patience=0).active("acme")


async def test_an_answer_of_before_a_change_counts_once_only() -> None:
    registrar = Registrar(ACME)
    directory = TenantDirectory(registrar, patience=0)
    registrar.answering.clear()
    asking = asyncio.ensure_future(directory.active("acme"))
    await registrar.was_asked.wait()
    registrar.tenants["acme"] = LEAVING
    await directory.load()
    registrar.answering.set()

    assert await asking == ACME
    assert await directory.active("acme") is None


async def test_a_tenant_that_is_gone_is_forgotten() -> None:
    registrar = Registrar(ACME)
    directory = TenantDirectory(registrar, patience=0)
    await directory.load()
    registrar.tenants.clear()

    await directory.reload("acme")

    assert not directory.is_known("acme")


async def test_a_restart_of_the_registrar_is_waited_for() -> None:
    directory = TenantDirectory(Registrar(), patience=30)
    waiting = asyncio.ensure_future(directory.is_soon_current())
    await asyncio.sleep(0)

    directory.is_current = True

    assert await waiting
    directory.is_current = False
    assert not await TenantDirectory(Registrar(), patience=0).is_soon_current()
