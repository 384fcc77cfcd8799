"""What every storage of tenants does."""

import asyncio
from dataclasses import replace

import pytest
from support.registrar_streams import a_stream

from secevent.signing import generate_private_jwk, public_jwk
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.errors import (
    TenantDeletingError,
    TenantExistsError,
    TenantNotFoundError,
)
from ssf_registrar.domain.journal import Cursor, JournalEntry, JournalKind
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.tenants import (
    DeletionBrake,
    JwtIssuer,
    Tenant,
    TenantConfiguration,
    TenantState,
    closed,
)
from ssf_registrar.domain.tokens import Token
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.tenants import StaleTenantError, Tenants

DEFAULT = Tenant("default")
ACME = Tenant(
    "acme",
    "Acme Corp",
    TenantConfiguration(
        profile="okta",
        deletion_brake=DeletionBrake(100, 60),
        retention_days=0,
        reuses_ids=False,
        jwt_issuers=(
            JwtIssuer(
                "https://idp.example",
                ("a", "b"),
                jwks={"keys": [{"kty": "EC", "n": 1}]},
                required_scope="scim",
                me_claim="sub",
                me_attribute="id",
            ),
            JwtIssuer("https://other.example", ("a",), jwks_uri="https://other.example/keys"),
        ),
    ),
    created=1_234_567,
)
CHANGED = JournalEntry(JournalKind.TENANT_CHANGED, "acme")
TOKEN = Token(b"hash", "acme", "okta", "okta", frozenset({"scim"}), expires=0)


async def told_after(storage: Storage, cursor: Cursor) -> tuple[JournalEntry, ...]:
    return (await storage.journal.read(cursor, limit=100, wait=0)).entries


async def test_the_default_tenant_is_always_there(tenants: Tenants) -> None:
    assert await tenants.get("default") == DEFAULT
    assert await tenants.all() == (DEFAULT,)


async def test_a_tenant_is_kept_with_all_that_is_configured(
    storage: Storage, tenants: Tenants
) -> None:
    before = (await tenants.snapshot()).cursor

    await tenants.add(ACME, ())

    snapshot = await tenants.snapshot()
    assert await tenants.get("acme") == ACME
    assert await tenants.all() == snapshot.tenants == (ACME, DEFAULT)
    assert await told_after(storage, before) == (CHANGED,)
    assert await told_after(storage, snapshot.cursor) == ()


async def test_a_new_tenant_can_sign(storage: Storage, tenants: Tenants, keys: Keys) -> None:
    rsa, ec = generate_private_jwk("RS256"), generate_private_jwk("ES256")
    before = (await tenants.snapshot()).cursor

    await tenants.add(ACME, (rsa, ec))

    rotated = JournalEntry(JournalKind.KEY_ROTATED, "acme")
    assert await keys.current_key("acme", "RS256") == rsa
    assert await keys.public_keys("acme") == (public_jwk(rsa), public_jwk(ec))
    assert await told_after(storage, before) == (rotated, rotated, CHANGED)


async def test_a_name_is_given_once(storage: Storage, tenants: Tenants) -> None:
    await tenants.add(ACME, ())
    before = (await tenants.snapshot()).cursor

    for taken in (Tenant("acme", "Another"), DEFAULT):
        with pytest.raises(TenantExistsError):
            await tenants.add(taken, ())

    assert await tenants.get("acme") == ACME
    assert await told_after(storage, before) == ()


async def test_of_two_creations_at_once_one_succeeds(tenants: Tenants) -> None:
    outcomes = await asyncio.gather(
        tenants.add(ACME, ()), tenants.add(Tenant("acme", "Another"), ()), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NoneType",
        "TenantExistsError",
    ]


async def test_a_change_is_kept_and_told_of(storage: Storage, tenants: Tenants) -> None:
    await tenants.add(ACME, ())
    before = (await tenants.snapshot()).cursor
    changed = replace(ACME, display_name="", configuration=TenantConfiguration(), revision=2)

    await tenants.save(changed)

    assert await tenants.get("acme") == changed
    assert await told_after(storage, before) == (CHANGED,)


@pytest.mark.parametrize("revision", [1, 3])
async def test_a_change_of_another_revision_changes_nothing(
    storage: Storage, tenants: Tenants, revision: int
) -> None:
    await tenants.add(ACME, ())
    before = (await tenants.snapshot()).cursor
    stale = replace(ACME, display_name="stale", state=TenantState.DELETING, revision=revision)

    for store in (tenants.save, tenants.close, tenants.note_purged, tenants.bury):
        with pytest.raises(StaleTenantError):
            await store(stale)

    assert await tenants.get("acme") == ACME
    assert await told_after(storage, before) == ()


async def test_closing_removes_what_lets_anybody_in_and_tells_of_each(
    storage: Storage, tenants: Tenants
) -> None:
    await tenants.add(ACME, (generate_private_jwk("ES256"),))
    await storage.tokens.add(TOKEN)
    await storage.streams.add(a_stream(tenant="acme"))
    await storage.streams.add(a_stream())
    before = (await tenants.snapshot()).cursor

    await tenants.close(closed(ACME))

    assert await tenants.get("acme") == closed(ACME)
    assert await storage.tokens.look_up(b"hash") is None
    assert await storage.streams.of_tenant("acme") == ()
    assert await storage.streams.of_tenant("default") == (a_stream(),)
    assert len(await storage.keys.public_keys("acme")) == 1
    assert await told_after(storage, before) == (
        CHANGED,
        JournalEntry(JournalKind.TOKEN_CHANGED, "acme", token_hash=b"hash"),
        JournalEntry(JournalKind.STREAM_DELETED, "acme", "s1", Direction.TRANSMIT),
    )


async def test_nothing_is_added_to_a_tenant_that_is_being_deleted_or_is_not(
    storage: Storage, tenants: Tenants
) -> None:
    await tenants.add(ACME, ())
    await tenants.close(closed(ACME))
    before = (await tenants.snapshot()).cursor

    with pytest.raises(TenantDeletingError):
        await storage.tokens.add(TOKEN)
    with pytest.raises(TenantDeletingError):
        await storage.streams.add(a_stream(tenant="acme"))
    with pytest.raises(TenantNotFoundError):
        await storage.tokens.add(replace(TOKEN, tenant="nowhere"))
    with pytest.raises(TenantNotFoundError):
        await storage.streams.add(a_stream(tenant="nowhere"))

    assert await told_after(storage, before) == ()


async def test_what_services_have_purged_is_kept_and_not_told_of(
    storage: Storage, tenants: Tenants
) -> None:
    await tenants.add(ACME, ())
    await tenants.close(closed(ACME))
    before = (await tenants.snapshot()).cursor
    purged = replace(closed(ACME), purged=frozenset({"scim-gateway", "set-receiver"}), revision=3)

    await tenants.note_purged(purged)

    assert await tenants.get("acme") == purged
    assert await told_after(storage, before) == ()


async def test_of_a_buried_tenant_the_name_alone_remains(
    storage: Storage, tenants: Tenants
) -> None:
    await tenants.add(ACME, (generate_private_jwk("ES256"),))
    await tenants.close(closed(ACME))
    before = (await tenants.snapshot()).cursor

    await tenants.bury(replace(closed(ACME), revision=3))

    assert await tenants.get("acme") is None
    assert await tenants.all() == (await tenants.snapshot()).tenants == (DEFAULT,)
    assert await storage.keys.public_keys("acme") == ()
    assert await storage.keys.current_key("acme", "ES256") is None
    forgotten = JournalEntry(JournalKind.KEY_ROTATED, "acme")
    assert await told_after(storage, before) == (forgotten, CHANGED)
    with pytest.raises(TenantExistsError):
        await tenants.add(ACME, ())
    with pytest.raises(TenantNotFoundError):
        await storage.streams.add(a_stream(tenant="acme"))
