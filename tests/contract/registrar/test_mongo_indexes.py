"""No operation of ssf-registrar walks through a whole collection of MongoDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from support.registrar_storage import DATABASE, mongo_storage
from support.registrar_streams import a_stream

from secevent.signing import generate_private_jwk
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.api_tokens import Rotation
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.tenants import Tenant, TenantState
from ssf_registrar.domain.tokens import admin_token
from ssf_registrar.domain.verifications import Verification


async def use_every_operation(storage: Storage) -> None:
    stream = a_stream()
    await storage.streams.add(stream)
    await storage.streams.save(replace(stream, revision=2))
    await storage.streams.get("default", "s1")
    await storage.streams.of_tenant("default")
    snapshot = await storage.streams.snapshot(Direction.TRANSMIT)
    await storage.activity.request_verification(stream, Verification("txn", None, 1))
    await storage.activity.note_managed("default", "s1", at=1)
    await storage.activity.managed("default", "s1")
    await storage.streams.remove("default", "s1")
    await storage.journal.read(snapshot.cursor, limit=10, wait=0)
    await storage.keys.add_first("default", generate_private_jwk("ES256"))
    await storage.keys.current_key("default", "ES256")
    await storage.keys.public_keys("default")
    await storage.tokens.replace(admin_token(b"first"))
    await storage.tokens.replace(admin_token(b"second"))
    await storage.tokens.look_up(b"second")
    await use_tenants_and_their_tokens(storage)


async def use_tenants_and_their_tokens(storage: Storage) -> None:
    acme = Tenant("acme")
    await storage.tenants.add(acme, (generate_private_jwk("ES256"),))
    await storage.tenants.get("acme")
    await storage.tenants.all()
    await storage.tenants.snapshot()
    token = replace(admin_token(b"third"), tenant="acme", name="okta")
    await storage.tokens.add(token)
    new, former = replace(token, token_hash=b"fourth"), replace(token, expires=1)
    await storage.tokens.rotate(Rotation(new, former), current_hash=b"third", now=2)
    await storage.tokens.rotate(Rotation(token, None), current_hash=b"fourth", now=2)
    await storage.tokens.of_tenant("acme")
    await storage.tokens.record_uses({b"third": 1})
    await storage.tokens.remove("acme", "okta")
    await storage.streams.add(a_stream(tenant="acme"))
    await storage.tenants.save(replace(acme, revision=2))
    await storage.tenants.close(replace(acme, state=TenantState.DELETING, revision=3))
    await storage.tenants.note_purged(replace(acme, state=TenantState.DELETING, revision=4))
    await storage.tenants.bury(replace(acme, state=TenantState.DELETING, revision=5))


@contextmanager
def profiled(url: str, plans: dict[tuple[str, str], str]) -> Iterator[None]:
    """Note the plan of everything that is done in the registrar's database."""
    with MongoClient[dict[str, object]](url) as client:
        database = client[f"{parse_uri(url)['database']}-{DATABASE}"]
        database.command("profile", 2)
        yield
        database.command("profile", 0)
        for done in database["system.profile"].find({"planSummary": {"$exists": True}}):
            collection = str(done["ns"]).removeprefix(f"{database.name}.")
            plans[str(done["op"]), collection] = str(done["planSummary"])


async def test_every_read_and_write_is_led_by_an_index(mongo_url: str) -> None:
    plans: dict[tuple[str, str], str] = {}
    async with mongo_storage(mongo_url) as storage:
        with profiled(mongo_url, plans):
            await use_every_operation(storage)

    collections = {collection for _, collection in plans}
    assert collections >= {"journal", "keys", "registrar", "streams", "tenants", "tokens"}
    scans = {what: plan for what, plan in plans.items() if "COLLSCAN" in plan}
    assert scans == {}
