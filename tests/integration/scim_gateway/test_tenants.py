"""Tenants in the URL: each at a base URI of its own, and none hears of another."""

import json

import pytest
from support.eventually import eventually
from support.running_gateway import ANN, TOKEN, Answer, Gateway, configured

from scim.messages import BULK_REQUEST, SEARCH_REQUEST
from scim_gateway.settings import Settings

PASS = "a-token-of-acme"


@pytest.fixture
def acme(gateway: Gateway) -> Gateway:
    """Give a gateway the tenant acme, whose token PASS is."""
    gateway.registrar.configure("acme")
    gateway.registrar.grant(PASS, tenant="acme")
    return gateway


async def ask_acme(gateway: Gateway, method: str, path: str, body: object = None) -> Answer:
    return await gateway.ask(method, path, body, token=PASS, tenant="acme")


async def test_what_a_tenant_has_is_below_its_base_uri(acme: Gateway) -> None:
    base_uri = acme.base_uri("acme")

    created = await ask_acme(acme, "POST", "/Users", ANN)
    read = await ask_acme(acme, "GET", "/Users/id-1")
    found = await ask_acme(acme, "GET", "/Users")
    operation = {"method": "PATCH", "path": "/Users/id-1", "data": [{"op": "add", "value": {}}]}
    bulk = await ask_acme(
        acme, "POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": [operation]}
    )

    assert created.status == 201
    assert (
        created.headers["location"] == created.json["meta"]["location"] == f"{base_uri}/Users/id-1"
    )
    assert read.json == created.json
    assert found.json["Resources"] == [created.json]
    assert [each["location"] for each in bulk.json["Operations"]] == [f"{base_uri}/Users/id-1"]
    assert {write.tenant for write in acme.store.writes} == {"acme"}
    assert acme.store.reads[0].tenant == acme.store.searches[0].tenant == "acme"


async def test_references_are_below_the_base_uri_that_was_asked(acme: Gateway) -> None:
    members = {"members": [{"value": "id-1", "$ref": "Users/id-1"}]}

    of_acme = await ask_acme(acme, "POST", "/Groups", members)
    of_default = await acme.ask("POST", "/Groups", members)

    assert of_acme.json["members"][0]["$ref"] == f"{acme.base_uri('acme')}/Users/id-1"
    assert of_default.json["members"][0]["$ref"] == f"{acme.base_uri()}/Users/id-1"


async def test_the_default_tenant_has_two_base_uris(acme: Gateway) -> None:
    created = await acme.create()
    by_name = await acme.ask("GET", "/Users/id-1", tenant="default")

    assert created.json["meta"]["location"] == f"{acme.base_uri()}/Users/id-1"
    assert by_name.json["meta"]["location"] == f"{acme.base_uri('default')}/Users/id-1"


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"])
async def test_discovery_is_the_same_for_tenants_that_there_are_not(
    acme: Gateway, path: str
) -> None:
    known, unknown = [
        (await acme.ask("GET", path, token=None, tenant=tenant)).body.replace(
            acme.base_uri(tenant).encode(), b""
        )
        for tenant in ("acme", "none")
    ]

    assert known == unknown
    assert acme.origin.encode() not in known


async def test_all_that_may_not_come_in_are_answered_alike(acme: Gateway) -> None:
    acme.registrar.configure("leaving")
    acme.registrar.grant("of-leaving", tenant="leaving")
    acme.registrar.grant("of-nobody", tenant="none")
    assert (await acme.ask("GET", "/Users", token="of-leaving", tenant="leaving")).status == 200
    acme.registrar.begin_deletion("leaving")

    async def is_closed() -> bool:
        answer = await acme.ask("GET", "/Users", token="of-leaving", tenant="leaving")
        return answer.status == 401

    await eventually(is_closed)
    answers = [
        await acme.ask(method, path, token=token, tenant=tenant)
        for method, path in (("GET", "/Users"), ("GET", "/Users/1"), ("DELETE", "/Me"))
        for token, tenant in (
            (TOKEN, "acme"),
            (PASS, None),
            (PASS, "leaving"),
            (PASS, "none"),
            ("of-leaving", "leaving"),
            ("of-nobody", "none"),
            ("of-nobody", "acme"),
            ("unknown", "acme"),
            ("unknown", "none"),
        )
    ]

    assert answers[0].error == (401, None)
    assert {
        (answer.status, answer.body, answer.headers["www-authenticate"]) for answer in answers
    } == {(401, answers[0].body, 'Bearer realm="heliograph", error="invalid_token"')}
    assert acme.store.writes == acme.store.reads == []


async def test_a_tenant_that_has_ended_is_gone(acme: Gateway) -> None:
    assert (await ask_acme(acme, "GET", "/Users")).status == 200

    acme.registrar.end_deletion("acme")

    async def is_gone() -> bool:
        return (await ask_acme(acme, "GET", "/Users")).status == 401

    await eventually(is_gone)


async def test_a_tenant_of_this_moment_is_asked_for(gateway: Gateway) -> None:
    """Its journal entry may be on its way still when its first request comes."""
    await eventually(gateway.registrar.following.is_set)
    gateway.registrar.configure("acme")
    gateway.registrar.journal.clear()
    gateway.registrar.grant(PASS, tenant="acme")

    assert (await ask_acme(gateway, "GET", "/Users")).status == 200


@pytest.mark.parametrize(
    ("tenant", "path"),
    [("acme", "/Nothing"), ("acme", "/Users/1/emails"), ("ACME", "/Users"), ("-", "/Users")],
)
async def test_what_is_no_endpoint_of_a_tenant_is_not_found(
    acme: Gateway, tenant: str, path: str
) -> None:
    answer = await acme.ask("GET", path, token=PASS, tenant=tenant)

    assert answer.error == (404, None)


async def test_another_version_of_a_tenant_is_not_supported(acme: Gateway) -> None:
    assert (await ask_acme(acme, "GET", "/../v1/Users")).error == (400, "invalidVers")


async def test_a_search_request_is_for_the_tenant(acme: Gateway) -> None:
    answer = await ask_acme(acme, "POST", "/Users/.search", {"schemas": [SEARCH_REQUEST]})

    assert answer.status == 200
    assert acme.store.searches[0].tenant == "acme"


async def test_metrics_name_the_route_and_no_tenant(acme: Gateway) -> None:
    await ask_acme(acme, "GET", "/Users/id-1")

    async with acme.session.get(f"{acme.origin}/metrics") as answer:
        metrics = await answer.text()

    assert 'method="GET",route="/t/{tenant}/scim/v2/Users/{id}",status="404"' in metrics
    assert "acme" not in metrics


async def test_known_tenants_work_while_the_registrar_is_away_and_others_must_wait(
    settings: Settings,
) -> None:
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        gateway.registrar.configure("acme")
        gateway.registrar.grant(PASS, tenant="acme")
        gateway.registrar.grant("new", tenant="new")
        await eventually(gateway.registrar.following.is_set)
        assert (await ask_acme(gateway, "GET", "/Users")).status == 200
        gateway.registrar.leave()

        known = await ask_acme(gateway, "GET", "/Users")
        elsewhere = await gateway.ask("GET", "/Users", token=PASS, tenant="new")
        unknown = await gateway.ask("GET", "/Users", token="new", tenant="new")

    assert (known.status, elsewhere.status) == (200, 401)
    assert unknown.error == (503, None)
    assert unknown.headers["retry-after"] == "2"


async def test_a_registrar_that_is_still_to_be_updated_has_the_default_tenant_alone(
    settings: Settings,
) -> None:
    async with configured(settings, is_registrar_of_version_before=True) as gateway:
        gateway.registrar.grant(PASS, tenant="acme")
        await eventually(gateway.registrar.following.is_set)

        of_default = await gateway.ask("GET", "/Users")
        of_acme = await ask_acme(gateway, "GET", "/Users")

    assert (of_default.status, of_acme.status) == (200, 401)


async def test_the_request_log_is_that_of_the_tenant_whose_endpoint_it_is(acme: Gateway) -> None:
    for token, tenant in (("admin", "default"), ("acme-admin", "acme")):
        acme.registrar.grant(token, tenant=tenant)
        acme.registrar.scopes[token] = {"admin"}
    await ask_acme(acme, "GET", "/Users/none")
    await acme.ask("GET", "/Users", token=TOKEN, tenant="acme")
    await acme.ask("GET", "/Users", token=TOKEN, tenant="nowhere")

    async def logged(token: str) -> list[tuple[str, int, str]]:
        url = f"{acme.origin}/admin/v1/requests?order=oldest"
        headers = {"Authorization": f"Bearer {token}"}
        async with acme.session.get(url, headers=headers) as answer:
            page = json.loads(await answer.read())
        return [
            (each["path"], each["status"], each["principal"]) for each in page.get("requests", [])
        ]

    async def all_logged() -> bool:
        return len(await logged("admin")) == 1

    await eventually(all_logged)
    assert await logged("acme-admin") == [
        ("/t/acme/scim/v2/Users/none", 404, "test"),
        ("/t/acme/scim/v2/Users", 401, ""),
    ]
    assert await logged("admin") == [("/t/nowhere/scim/v2/Users", 401, "")]


async def test_the_last_use_of_tokens_is_told_at_the_end_at_the_latest(settings: Settings) -> None:
    async with configured(settings) as gateway:
        await gateway.ask("GET", "/Users")
        await gateway.ask("GET", "/Users", token="other")
        assert gateway.registrar.uses == {}

    assert {token for token in (TOKEN, "other") if gateway.was_used(token)} == {TOKEN}
