"""Tenants at ssf-registrar: made, configured and deleted by HTTP, known to services by gRPC."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.running_registrar import Registrar, give_token, running, settings_of

from heliograph.ssf.v1 import key_service_pb2, stream_pb2
from heliograph.ssf.v1 import stream_service_pb2 as stream_pb
from heliograph.ssf.v1 import tenant_service_pb2 as pb
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.tenant_service_pb2_grpc import TenantServiceStub
from secevent.signing import Signer, generate_private_jwk, public_jwk
from servicekit.channels import call
from servicekit.failures import RemoteError

TENANTS = "/admin/v1/tenants"
ACME = f"{TENANTS}/acme"
SERVICES = ["resource-store", "scim-gateway", "set-receiver", "set-transmitter"]
SCIM_ONLY = "token-for-scim-alone"


@pytest.fixture
async def registrar(tmp_path: Path, store_settings: dict[str, str]) -> AsyncIterator[Registrar]:
    settings = settings_of(tmp_path, **store_settings)
    await give_token(settings, SCIM_ONLY, subject="idp", scopes="scim")
    async with running(settings) as running_registrar:
        yield running_registrar


async def create(registrar: Registrar, **members: Any) -> Any:
    answer = await registrar.request("POST", TENANTS, json={"tenant": "acme", **members})
    assert answer.status == 201, answer
    return answer.json


async def token_of(registrar: Registrar, tenant: str, *scopes: str) -> str:
    path = f"{TENANTS}/{tenant}/tokens"
    answer = await registrar.request("POST", path, json={"name": "made", "scopes": scopes})
    return str(answer.json["token"])


async def listed(registrar: Registrar) -> Any:
    stub = TenantServiceStub(registrar.channel)
    return await call(stub.ListTenants, pb.ListTenantsRequest(), deadline=10)


async def told_after(registrar: Registrar, cursor: str) -> list[stream_pb.JournalEntry]:
    request = stream_pb.ReadJournalRequest(cursor=cursor, limit=100)
    stub = StreamServiceStub(registrar.channel)
    return list((await call(stub.ReadJournal, request, deadline=10)).entries)


async def report(registrar: Registrar, service: str, *, tenant: str = "acme") -> None:
    request = pb.ReportPurgedRequest(tenant=tenant, service=service)
    await call(TenantServiceStub(registrar.channel).ReportPurged, request, deadline=10)


async def refusal(registrar: Registrar, service: str, *, tenant: str = "acme") -> str:
    with pytest.raises(RemoteError) as refused:
        await report(registrar, service, tenant=tenant)
    return refused.value.reason


async def test_a_tenant_is_made_shown_and_configured(registrar: Registrar) -> None:
    created = await create(registrar, display_name="Acme", configuration={"profile": "okta"})

    patched = await registrar.request(
        "PATCH",
        ACME,
        json={
            "display_name": None,
            "configuration": {"profile": None, "retention_days": 0, "reuses_ids": True},
        },
        headers={"Content-Type": "application/merge-patch+json"},
    )
    shown = await registrar.request("GET", ACME)
    every = await registrar.request("GET", TENANTS)

    expected = {
        "tenant": "acme",
        "display_name": "Acme",
        "state": "active",
        "issuer": f"{registrar.origin}/t/acme",
        "created": created["created"],
        "configuration": {"profile": "okta"},
    }
    assert created == expected
    assert patched.json == {
        **expected,
        "display_name": "",
        "configuration": {"retention_days": 0, "reuses_ids": True},
    }
    assert shown.json == patched.json
    assert every.json["tenants"][0] == shown.json
    assert every.json["tenants"][1] == {
        "tenant": "default",
        "display_name": "",
        "state": "active",
        "issuer": registrar.origin,
        "configuration": {},
    }


async def test_a_tenant_signs_with_keys_of_its_own_from_the_start(registrar: Registrar) -> None:
    await create(registrar)
    published = (await registrar.request("GET", "/jwks.json", token=None)).json["keys"]
    request = key_service_pb2.GetSigningKeyRequest(tenant="acme", algorithm="ES256")

    response = await call(KeyServiceStub(registrar.channel).GetSigningKey, request, deadline=10)

    assert response.issuer == f"{registrar.origin}/t/acme"
    assert Signer(orjson.loads(response.private_jwk)).kid not in {key["kid"] for key in published}


async def test_services_learn_of_a_tenant_and_all_that_is_configured(registrar: Registrar) -> None:
    key = public_jwk(generate_private_jwk("ES256"))
    cursor = (await listed(registrar)).cursor
    await create(
        registrar,
        display_name="Acme",
        configuration={
            "profile": "entra",
            "deletion_brake": {"changes": 100, "minutes": 60},
            "retention_days": 30,
            "reuses_ids": False,
            "jwt_issuers": [
                {
                    "issuer": "https://idp.example",
                    "audiences": ["https://scim.example"],
                    "jwks": {"keys": [key]},
                    "required_scope": "scim",
                    "me_claim": "sub",
                    "me_attribute": "externalId",
                },
                {
                    "issuer": "http://127.0.0.1:9/idp",
                    "audiences": ["us"],
                    "jwks_uri": "http://127.0.0.1:9/jwks.json",
                },
            ],
        },
    )

    (acme, default) = (await listed(registrar)).tenants
    told = await told_after(registrar, cursor)

    keys, internal = acme.configuration.jwt_issuers[0].jwks, {"keys": [key]}
    assert orjson.loads(keys) == internal
    assert acme == pb.Tenant(
        tenant="acme",
        display_name="Acme",
        state=pb.TENANT_STATE_ACTIVE,
        configuration=pb.TenantConfiguration(
            profile="entra",
            deletion_brake=pb.DeletionBrake(changes=100, minutes=60),
            retention_days=30,
            reuses_ids=False,
            jwt_issuers=[
                pb.JwtIssuer(
                    issuer="https://idp.example",
                    audiences=["https://scim.example"],
                    jwks=keys,
                    required_scope="scim",
                    me_claim="sub",
                    me_attribute="externalId",
                ),
                pb.JwtIssuer(
                    issuer="http://127.0.0.1:9/idp",
                    audiences=["us"],
                    jwks_uri="http://127.0.0.1:9/jwks.json",
                ),
            ],
        ),
    )
    assert default == pb.Tenant(
        tenant="default", state=pb.TENANT_STATE_ACTIVE, configuration=pb.TenantConfiguration()
    )
    assert stream_pb.JournalEntry(kind=stream_pb.JOURNAL_KIND_TENANT_CHANGED, tenant="acme") in told


async def test_a_tenant_goes_when_every_service_has_purged_and_its_name_stays_taken(
    registrar: Registrar,
) -> None:
    await create(registrar)
    token = await token_of(registrar, "acme", "ssf.manage")
    stream = await registrar.request("POST", "/t/acme/ssf/streams", token=token, json={})
    cursor = (await listed(registrar)).cursor

    deleting = await registrar.request("DELETE", ACME)
    again = await registrar.request("DELETE", ACME)
    told = await told_after(registrar, cursor)
    (acme, _) = (await listed(registrar)).tenants
    changed = await registrar.request("PATCH", ACME, json={"display_name": "x"})
    for service in SERVICES[:3]:
        await report(registrar, service)
        await report(registrar, service)
    nearly = await registrar.request("GET", ACME)
    await report(registrar, SERVICES[3])
    gone = await registrar.request("GET", ACME)
    taken = await registrar.request("POST", TENANTS, json={"tenant": "acme"})

    assert (deleting.status, deleting.json) == (202, again.json)
    assert deleting.json["deletion"]["purged"] == []
    assert sorted(deleting.json["deletion"]["waits_for"]) == SERVICES
    assert [(entry.kind, entry.tenant, entry.stream_id) for entry in told] == [
        (stream_pb.JOURNAL_KIND_TENANT_CHANGED, "acme", ""),
        (stream_pb.JOURNAL_KIND_TOKEN_CHANGED, "acme", ""),
        (stream_pb.JOURNAL_KIND_STREAM_DELETED, "acme", stream.json["stream_id"]),
    ]
    assert told[2].direction == stream_pb2.DIRECTION_TRANSMIT
    assert acme.state == pb.TENANT_STATE_DELETING
    assert (changed.status, changed.json["err"]) == (409, "conflict")
    assert nearly.json["deletion"] == {"purged": SERVICES[:3], "waits_for": ["set-transmitter"]}
    assert gone.status == 404
    assert await refusal(registrar, SERVICES[3]) == "TENANT_NOT_FOUND"
    assert taken.status == 409
    assert "never used again" in taken.json["description"]
    assert (await registrar.request("GET", "/t/acme/jwks.json", token=None)).status == 404


async def test_only_a_tenant_that_is_being_deleted_is_purged(registrar: Registrar) -> None:
    await create(registrar)

    assert await refusal(registrar, "scim-gateway") == "TENANT_NOT_DELETING"
    assert await refusal(registrar, "ssf-registrar") == "INVALID_REQUEST"
    assert await refusal(registrar, "scim-gateway", tenant="other") == "TENANT_NOT_FOUND"


async def test_the_default_tenant_stays(registrar: Registrar) -> None:
    answer = await registrar.request("DELETE", f"{TENANTS}/default")

    assert (answer.status, answer.json["err"]) == (409, "conflict")


async def test_an_administrator_of_a_tenant_sees_it_and_no_other(registrar: Registrar) -> None:
    await create(registrar)
    await registrar.request("POST", TENANTS, json={"tenant": "other"})
    token = await token_of(registrar, "acme", "admin")

    async def status(method: str, path: str, **options: Any) -> int:
        return (await registrar.request(method, path, token=token, **options)).status

    every = await registrar.request("GET", TENANTS, token=token)
    assert [tenant["tenant"] for tenant in every.json["tenants"]] == ["acme"]
    assert await status("GET", ACME) == 200
    assert await status("PATCH", ACME, json={"display_name": "x"}) == 403
    assert await status("DELETE", ACME) == 403
    assert await status("POST", TENANTS, json={"tenant": "third"}) == 403
    for method, path in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/tokens"),
        ("POST", "/tokens"),
        ("DELETE", "/tokens/made"),
        ("POST", "/tokens/made/rotate"),
    ]:
        for tenant in ("default", "other", "nowhere"):
            assert await status(method, f"{TENANTS}/{tenant}{path}", json={}) == 404


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("unknown-token", 401), (SCIM_ONLY, 403)]
)
async def test_others_than_administrators_do_not_get_in(
    registrar: Registrar, token: str | None, status: int
) -> None:
    for method, path in [("GET", TENANTS), ("POST", TENANTS), ("GET", f"{TENANTS}/default/tokens")]:
        answer = await registrar.request(method, path, token=token)

        assert answer.status == status
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "words"),
    [
        ("POST", TENANTS, {"data": b"{"}, 400, "not JSON"),
        ("POST", TENANTS, {"json": []}, 400, "JSON object"),
        ("POST", TENANTS, {"json": {}}, 400, "tenant is missing"),
        ("POST", TENANTS, {"json": {"tenant": "Acme"}}, 400, "a letter first"),
        ("POST", TENANTS, {"json": {"tenant": "default"}}, 409, "taken"),
        ("POST", TENANTS, {"data": b" " * 300_000}, 413, "256 KiB"),
        ("PATCH", f"{TENANTS}/default", {"json": {"tenant": "x"}}, 400, "cannot be changed"),
        ("PATCH", f"{TENANTS}/nowhere", {"json": {}}, 404, "no tenant"),
        ("DELETE", f"{TENANTS}/nowhere", {}, 404, "no tenant"),
        ("GET", f"{TENANTS}/no%2Fwhere", {}, 404, ""),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    registrar: Registrar,
    method: str,
    path: str,
    options: dict[str, Any],
    status: int,
    words: str,
) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await registrar.request(method, path, headers=headers, **options)

    assert answer.status == status
    assert words in answer.json.get("description", "")
    assert len((await listed(registrar)).tenants) == 1


async def test_keys_of_a_jwt_issuer_are_not_fetched_from_private_networks(
    registrar: Registrar,
) -> None:
    issuer = {"issuer": "https://a.example", "audiences": ["us"], "jwks_uri": "https://10.0.0.1/"}

    answer = await registrar.request(
        "PATCH", f"{TENANTS}/default", json={"configuration": {"jwt_issuers": [issuer]}}
    )

    assert answer.status == 400
    assert "configuration.jwt_issuers[0].jwks_uri" in answer.json["description"]
    assert "private" in answer.json["description"]


async def test_the_api_is_described(registrar: Registrar) -> None:
    description = (await registrar.request("GET", "/admin/v1/openapi.json", token=None)).json

    assert set(description["paths"]) == {
        "/admin/v1/keys/rotate",
        "/admin/v1/tenants",
        "/admin/v1/tenants/{tenant}",
        "/admin/v1/tenants/{tenant}/tokens",
        "/admin/v1/tenants/{tenant}/tokens/{name}",
        "/admin/v1/tenants/{tenant}/tokens/{name}/rotate",
    }
    assert "ConfigurationView" in description["components"]["schemas"]


async def test_a_stream_of_a_tenant_carries_its_issuer(registrar: Registrar) -> None:
    await create(registrar)
    token = await token_of(registrar, "acme", "ssf.manage")

    created = await registrar.request("POST", "/t/acme/ssf/streams", token=token, json={})
    stub = StreamServiceStub(registrar.channel)
    request = stream_pb.ListStreamsRequest(direction=stream_pb2.DIRECTION_TRANSMIT)
    (stream,) = (await call(stub.ListStreams, request, deadline=10)).streams

    assert created.json["iss"] == f"{registrar.origin}/t/acme"
    assert (stream.tenant, stream.iss) == ("acme", created.json["iss"])


async def test_a_face_below_t_is_its_tenants_alone(registrar: Registrar) -> None:
    await create(registrar)
    token = await token_of(registrar, "acme", "ssf.manage")
    issuer = f"{registrar.origin}/t/acme"

    metadata = await registrar.request("GET", "/.well-known/ssf-configuration/t/acme", token=None)
    keys = await registrar.request("GET", "/t/acme/jwks.json", token=None)
    elsewhere = await registrar.request("GET", "/ssf/streams", token=token)
    intruder = await registrar.request("GET", "/t/acme/ssf/streams")
    unknown = await registrar.request("GET", "/.well-known/ssf-configuration/t/other", token=None)

    assert (metadata.json["issuer"], metadata.json["jwks_uri"]) == (issuer, f"{issuer}/jwks.json")
    assert metadata.json["configuration_endpoint"] == f"{issuer}/ssf/streams"
    assert len(keys.json["keys"]) == 4
    assert (elsewhere.status, intruder.status, unknown.status) == (401, 401, 404)
