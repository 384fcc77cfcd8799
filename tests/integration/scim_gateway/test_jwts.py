"""JWTs of the issuers that are configured for a tenant (RFC 7519, RFC 9068)."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.eventually import eventually
from support.jwt_signer import JwksServer, JwtSigner, serving_jwks
from support.running_gateway import ANN, Answer, Gateway, configured

from heliograph.ssf.v1.tenant_service_pb2 import JwtIssuer
from scim_gateway.settings import Settings

ISS = "https://idp.example.org"
SIGNER = JwtSigner("ES256")


def issuer(**members: Any) -> JwtIssuer:
    given = {"issuer": ISS, "audiences": ["api://scim"], "jwks": SIGNER.jwks, **members}
    return JwtIssuer(**given)


def jwt(signer: JwtSigner = SIGNER, **claims: Any) -> str:
    now = int(time.time())
    return signer.sign({"iss": ISS, "aud": "api://scim", "sub": "hr", "exp": now + 600, **claims})


def by_uri(server: JwksServer) -> JwtIssuer:
    return issuer(jwks=b"", jwks_uri=server.uri)


@pytest.fixture
async def server() -> AsyncIterator[JwksServer]:
    async with serving_jwks(SIGNER.jwks) as server:
        yield server


async def ask(gateway: Gateway, token: str, path: str = "/Users", tenant: str = "acme") -> Answer:
    return await gateway.ask("GET", path, token=token, tenant=tenant)


async def is_admitted(gateway: Gateway, token: str) -> bool:
    return (await ask(gateway, token)).status == 200


async def configure(gateway: Gateway, *issuers: JwtIssuer) -> None:
    """Configure acme's issuers, and wait until the gateway has them."""
    gateway.registrar.configure("acme", jwt_issuers=issuers)
    await eventually(gateway.registrar.following.is_set)


async def test_a_jwt_of_the_tenant_s_issuer_lets_in(gateway: Gateway) -> None:
    await configure(gateway, issuer())
    token = jwt()

    await eventually(lambda: is_admitted(gateway, token))
    created = await gateway.ask("POST", "/Users", ANN, token=token, tenant="acme")
    await ask(gateway, token, "/Users?cursor")

    assert created.status == 201
    assert gateway.store.writes[0].tenant == "acme"
    assert gateway.store.searches[-1].cursor_page.principal == f"{ISS} hr"


async def test_a_jwt_is_of_no_use_to_another_tenant(gateway: Gateway) -> None:
    gateway.registrar.configure("other", jwt_issuers=[issuer(issuer="https://other.example")])
    await configure(gateway, issuer())
    token = jwt()
    await eventually(lambda: is_admitted(gateway, token))

    elsewhere = [await ask(gateway, token, tenant=name) for name in ("other", "default", "none")]

    assert {(answer.error, answer.body) for answer in elsewhere} == {
        ((401, None), elsewhere[0].body)
    }


async def test_what_is_wrong_with_a_jwt_is_told_to_the_tenant_s_admin_alone(
    gateway: Gateway,
) -> None:
    await configure(gateway, issuer())
    await eventually(lambda: is_admitted(gateway, jwt()))
    gateway.registrar.grant("acme-admin", tenant="acme")
    gateway.registrar.scopes["acme-admin"] = {"admin"}

    refused = await ask(gateway, jwt(aud="api://other"))

    assert refused.error == (401, None)
    assert refused.body == (await ask(gateway, "unknown")).body

    async def reasons() -> list[str]:
        headers = {"Authorization": "Bearer acme-admin"}
        url = f"{gateway.origin}/admin/v1/requests"
        async with gateway.session.get(url, headers=headers) as answer:
            page = json.loads(await answer.read())
        return [reason["detail"] for each in page["requests"] for reason in each["reasons"]]

    async def is_told() -> bool:
        return any("aud has none of the audiences" in reason for reason in await reasons())

    await eventually(is_told)


async def test_a_jwt_without_the_required_scope_is_refused(gateway: Gateway) -> None:
    await configure(gateway, issuer(required_scope="scim.write"))
    await eventually(lambda: is_admitted(gateway, jwt(scope="scim.write")))

    answer = await ask(gateway, jwt(scope="scim.read"))

    assert answer.error == (403, None)
    assert 'scope="scim.write"' in answer.headers["www-authenticate"]


async def test_an_issuer_that_is_no_longer_configured_lets_nobody_in(gateway: Gateway) -> None:
    await configure(gateway, issuer())
    token = jwt()
    await eventually(lambda: is_admitted(gateway, token))

    gateway.registrar.configure("acme")

    async def is_refused() -> bool:
        return (await ask(gateway, token)).status == 401

    await eventually(is_refused)


async def test_keys_are_fetched_once_and_again_for_a_key_that_is_new(
    gateway: Gateway, server: JwksServer
) -> None:
    await configure(gateway, by_uri(server))
    await eventually(lambda: is_admitted(gateway, jwt()))
    assert [await is_admitted(gateway, jwt(jti=str(each))) for each in range(3)] == [True] * 3
    assert server.fetches == 1
    rotated = JwtSigner("EdDSA", kid="k2")
    server.jwks = rotated.jwks

    assert await is_admitted(gateway, jwt(rotated))
    assert server.fetches == 2


async def test_keys_that_are_known_go_on_working_and_unknown_ones_must_wait(
    gateway: Gateway, server: JwksServer
) -> None:
    gateway.registrar.configure("other", jwt_issuers=[issuer(jwks=b"", jwks_uri=server.uri + "2")])
    await configure(gateway, by_uri(server))
    await eventually(lambda: is_admitted(gateway, jwt()))
    server.status = 500

    known = await ask(gateway, jwt(jti="2"))
    rotated = await ask(gateway, jwt(JwtSigner("ES256", kid="k2")))
    never_fetched = await ask(gateway, jwt(), tenant="other")

    assert known.status == 200
    assert [answer.error for answer in (rotated, never_fetched)] == [(503, None)] * 2
    assert rotated.headers["retry-after"] == "2"


async def test_keys_are_not_fetched_where_somebody_could_change_them(gateway: Gateway) -> None:
    await configure(gateway, issuer(jwks=b"", jwks_uri="http://idp.example.org/keys"))

    async def is_unavailable() -> bool:
        return (await ask(gateway, jwt())).status == 503

    await eventually(is_unavailable)


async def test_jwts_of_one_client_share_its_rate(settings: Settings) -> None:
    rate = {"scim_rate_per_second": 0.001, "scim_rate_burst": 3}
    async with configured(settings.model_copy(update=rate)) as gateway:
        await configure(gateway, issuer())
        await eventually(lambda: is_admitted(gateway, jwt()))

        of_one = [(await ask(gateway, jwt(jti=str(each)))).status for each in range(3)]
        of_another = await ask(gateway, jwt(sub="payroll"))

    assert of_one == [200, 200, 429]
    assert of_another.status == 200


async def test_a_jwt_is_not_refused_before_its_issuer_can_be_known(settings: Settings) -> None:
    """A 401 would stop provisioning for good, so it waits for the registrar, and then asks to."""
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        await eventually(gateway.registrar.following.is_set)
        gateway.registrar.leave()

        async def must_wait() -> bool:
            return (await ask(gateway, jwt())).status == 503

        await eventually(must_wait)
        gateway.registrar.come_back()
        gateway.registrar.configure("acme", jwt_issuers=[issuer()])

        await eventually(lambda: is_admitted(gateway, jwt()))
