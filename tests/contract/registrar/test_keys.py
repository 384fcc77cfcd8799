"""What every storage of signing keys does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from secevent.encryption import generate_encryption_jwk
from secevent.signing import generate_private_jwk, public_jwk
from ssf_registrar.commands.ensure_keys import EnsureKeys
from ssf_registrar.domain.errors import TenantNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tenants import Tenant, TenantState
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.tenants import Tenants


async def test_a_tenant_signs_with_the_key_of_each_algorithm(keys: Keys) -> None:
    rsa, ec = generate_private_jwk("RS256"), generate_private_jwk("ES256")

    await keys.add_first("default", rsa)
    await keys.add_first("default", ec)

    assert await keys.current_key("default", "RS256") == rsa
    assert await keys.current_key("default", "ES256") == ec
    assert await keys.public_keys("default") == (public_jwk(rsa), public_jwk(ec))


async def test_a_first_key_never_takes_the_place_of_another(keys: Keys, journal: Journal) -> None:
    first = generate_private_jwk("ES256")
    await keys.add_first("default", first)

    await keys.add_first("default", generate_private_jwk("ES256"))

    assert await keys.current_key("default", "ES256") == first
    assert await keys.public_keys("default") == (public_jwk(first),)
    page = await journal.read(None, limit=10, wait=0)
    assert page.entries == (JournalEntry(JournalKind.KEY_ROTATED, "default"),)


@pytest.mark.parametrize(("tenant", "algorithm"), [("default", "RS256"), ("other", "ES256")])
async def test_an_unknown_key_is_none(keys: Keys, tenant: str, algorithm: str) -> None:
    await keys.add_first("default", generate_private_jwk("ES256"))

    assert await keys.current_key(tenant, algorithm) is None


async def test_the_keys_of_another_tenant_are_not_shown(keys: Keys) -> None:
    await keys.add_first("default", generate_private_jwk("ES256"))

    assert await keys.public_keys("other") == ()


async def test_a_key_to_decrypt_by_stands_beside_those_to_sign_by(keys: Keys) -> None:
    signing, decrypting = generate_private_jwk("ES256"), generate_encryption_jwk("ECDH-ES")

    await keys.add_first("default", signing)
    await keys.add_first("default", decrypting)

    assert await keys.current_key("default", "ECDH-ES") == decrypting
    assert await keys.public_keys("default") == (public_jwk(signing), public_jwk(decrypting))


async def test_a_tenant_that_is_deleted_gets_no_key_any_more(
    keys: Keys, tenants: Tenants, journal: Journal
) -> None:
    await tenants.add(Tenant("acme"), (generate_private_jwk("ES256"),))
    closed = replace(Tenant("acme"), state=TenantState.DELETING, revision=2)
    await tenants.close(closed)
    await keys.add_first("acme", generate_encryption_jwk("ECDH-ES"))
    assert await keys.current_key("acme", "ECDH-ES") is None
    await tenants.bury(replace(closed, revision=3))
    before = (await tenants.snapshot()).cursor

    for name in ("acme", "nowhere"):
        await keys.add_first(name, generate_encryption_jwk("ECDH-ES"))

        assert await keys.public_keys(name) == ()
    assert (await journal.read(before, limit=10, wait=0)).entries == ()


async def test_every_active_tenant_gets_the_keys_that_it_lacks(
    keys: Keys, tenants: Tenants
) -> None:
    signing = generate_private_jwk("ES256")
    await tenants.add(Tenant("acme"), (signing,))

    await EnsureKeys(keys).of_all(tenants)
    await EnsureKeys(keys).of_all(tenants)

    for name in ("acme", "default"):
        algorithms = [key["alg"] for key in await keys.public_keys(name)]
        assert sorted(map(str, algorithms)) == ["ECDH-ES", "ES256", "RS256", "RSA-OAEP-256"]
    assert await keys.current_key("acme", "ES256") == signing


async def test_a_private_key_is_nowhere_at_rest_in_the_clear(
    keys: Keys, at_rest: Callable[[], bytes]
) -> None:
    jwk = generate_private_jwk("ES256")
    await keys.add_first("default", jwk)

    stored = at_rest()

    assert str(jwk["x"]).encode() in stored
    assert str(jwk["d"]).encode() not in stored


async def test_a_new_key_is_published_before_it_is_used(keys: Keys, journal: Journal) -> None:
    first, second = generate_private_jwk("ES256"), generate_private_jwk("ES256")
    await keys.add_first("default", first)
    await keys.add_next("default", second, signs_from=100)

    assert await keys.switch(now=99) == 100
    assert await keys.current_key("default", "ES256") == first
    assert await keys.public_keys("default") == (public_jwk(first), public_jwk(second))

    assert await keys.switch(now=100) is None
    assert await keys.current_key("default", "ES256") == second
    assert await keys.public_keys("default") == (public_jwk(first), public_jwk(second))
    page = await journal.read(None, limit=10, wait=0)
    assert page.entries == (JournalEntry(JournalKind.KEY_ROTATED, "default"),) * 2


async def test_of_several_new_keys_the_last_is_used(keys: Keys) -> None:
    first, second, third = (generate_private_jwk("ES256") for _ in range(3))
    await keys.add_first("default", first)
    await keys.add_next("default", second, signs_from=100)
    await keys.add_next("default", third, signs_from=200)

    assert await keys.switch(now=150) == 200
    assert await keys.current_key("default", "ES256") == second
    assert await keys.switch(now=250) is None
    assert await keys.current_key("default", "ES256") == third


async def test_a_new_key_changes_no_other(keys: Keys) -> None:
    rsa, ec = generate_private_jwk("RS256"), generate_private_jwk("ES256")
    await keys.add_first("default", rsa)
    await keys.add_first("default", ec)
    await keys.add_next("default", generate_private_jwk("ES256"), signs_from=1)

    await keys.switch(now=5)

    assert await keys.current_key("default", "RS256") == rsa


async def test_a_tenant_that_is_not_there_gets_no_key(keys: Keys) -> None:
    with pytest.raises(TenantNotFoundError):
        await keys.add_next("other", generate_private_jwk("ES256"), signs_from=1)

    assert await keys.switch(now=5) is None
