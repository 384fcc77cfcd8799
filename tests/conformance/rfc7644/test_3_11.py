"""/Me: the User whom a token is for, at an alias of its URI."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from support.eventually import eventually
from support.fake_registrar import FakeRegistrar
from support.jwt_signer import JwtSigner
from support.scim_tenants import Provider, Tenant

from heliograph.ssf.v1.tenant_service_pb2 import JwtIssuer
from scim.messages import ERROR, PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIGNER = JwtSigner("ES256")
ISS = "https://idp.example.org"
ANN = {"schemas": [USER_SCHEMA], "userName": "ann", "emails": [{"value": "ann@example.org"}]}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    json: Any


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of a tenant, which have tokens of several kinds."""

    tenant: Tenant
    registrar: FakeRegistrar
    session: aiohttp.ClientSession

    @property
    def base_uri(self) -> str:
        return self.tenant.base_uri

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a request, with the token of a client that is nobody where none is given."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["Authorization"] = f"Bearer {token or self.tenant.token}"
        async with self.session.request(
            method, self.base_uri + path, json=body, headers=given
        ) as answer:
            text = await answer.read()
            shown = await answer.json(content_type=None) if text else None
            named = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, named, shown)

    async def create(self, **attributes: Any) -> str:
        answer = await self.ask("POST", "/Users", ANN | attributes)
        assert answer.status == 201, answer
        return str(answer.json["id"])

    def token_of(self, user_id: str) -> str:
        token = f"a-token-of-{user_id}"
        return self.registrar.grant(token, tenant=self.tenant.name, user_id=user_id)

    async def configure_me(self, *, claim: str, attribute: str) -> None:
        """Let a claim of JWTs tell who /Me is."""
        issuer = JwtIssuer(
            issuer=ISS,
            audiences=["api://scim"],
            jwks=SIGNER.jwks,
            me_claim=claim,
            me_attribute=attribute,
        )
        self.registrar.configure(self.tenant.name, jwt_issuers=[issuer])

        async def is_configured() -> bool:
            return (await self.ask("GET", "/Users", token=jwt())).status == 200

        await eventually(is_configured)


def jwt(**claims: Any) -> str:
    expires = int(time.time()) + 600
    return SIGNER.sign({"iss": ISS, "aud": "api://scim", "sub": "s", "exp": expires, **claims})


@pytest_asyncio.fixture(loop_scope="module")
async def clients(provider: Provider) -> AsyncIterator[Clients]:
    async with aiohttp.ClientSession() as session:
        yield Clients(provider.new_tenant(), provider.registrar, session)


async def test_every_method_does_what_it_does_at_the_permanent_uri(clients: Clients) -> None:
    user_id = await clients.create()
    token = clients.token_of(user_id)
    location = f"{clients.base_uri}/Users/{user_id}"
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]}

    read = await clients.ask("GET", "/Me?attributes=userName", token=token)
    head = await clients.ask("HEAD", "/Me", token=token)
    patched = await clients.ask("PATCH", "/Me", patch, token=token)
    replaced = await clients.ask("PUT", "/Me", ANN | {"nickName": "Annie"}, token=token)
    shown = await clients.ask("GET", f"/Users/{user_id}")
    deleted = await clients.ask("DELETE", "/Me", token=token)
    gone = await clients.ask("GET", "/Me", token=token)

    answers = (read, head, patched, replaced, deleted, gone)
    assert [each.status for each in answers] == [200, 200, 200, 200, 204, 404]
    assert {each.headers["location"] for each in answers} == {location}
    assert read.json["userName"] == "ann"
    assert "emails" not in read.json
    assert (patched.json["title"], patched.json["meta"]["location"]) == ("Dr", location)
    assert shown.json == replaced.json
    assert (replaced.json["nickName"], "title" in replaced.json) == ("Annie", False)
    assert (await clients.ask("GET", f"/Users/{user_id}")).status == 404


async def test_conditions_count_and_a_refusal_names_the_permanent_uri(clients: Clients) -> None:
    user_id = await clients.create()
    token = clients.token_of(user_id)
    version = (await clients.ask("GET", "/Me", token=token)).headers["etag"]

    unchanged = await clients.ask("GET", "/Me", token=token, If_None_Match=version)
    stale = await clients.ask("DELETE", "/Me", token=token, If_Match='W/"0-c0"')
    wrong = await clients.ask("PUT", "/Me", {"schemas": [USER_SCHEMA]}, token=token)

    assert [each.status for each in (unchanged, stale, wrong)] == [304, 412, 400]
    assert {each.headers["location"] for each in (unchanged, stale, wrong)} == {
        f"{clients.base_uri}/Users/{user_id}"
    }
    assert wrong.json["scimType"] == "invalidValue"


async def test_whoever_is_not_authenticated_is_asked_to_be(clients: Clients) -> None:
    async with clients.session.get(f"{clients.base_uri}/Me") as answer:
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_token_that_is_nobody_s_has_no_me(clients: Clients, method: str) -> None:
    answer = await clients.ask(method, "/Me", {} if method != "GET" else None)

    assert (answer.status, answer.json["schemas"]) == (404, [ERROR])
    assert answer.json["detail"].startswith("/Me is nobody for this token")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("userName", "ANN"), ("externalId", "e-1"), ("emails.value", "ann@example.org")],
)
async def test_the_claim_of_a_jwt_tells_who_it_is(
    clients: Clients, attribute: str, value: str
) -> None:
    user_id = await clients.create(externalId="e-1")
    await clients.create(userName='b"ob', externalId="e-2", emails=[])
    await clients.configure_me(claim="upn", attribute=attribute)

    me = await clients.ask("GET", "/Me", token=jwt(upn=value))
    nobody = await clients.ask("GET", "/Me", token=jwt(upn='x" or userName pr or title eq "'))
    without = await clients.ask("GET", "/Me", token=jwt())

    assert (me.status, me.json["id"]) == (200, user_id)
    assert [nobody.status, without.status] == [404, 404]
    assert f"no User has the {attribute}" in nobody.json["detail"]


async def test_the_claim_of_a_jwt_may_be_an_id(clients: Clients) -> None:
    user_id = await clients.create()
    await clients.configure_me(claim="sub", attribute="id")

    me = await clients.ask("GET", "/Me", token=jwt(sub=user_id))
    nobody = await clients.ask("GET", "/Me", token=jwt(sub="none"))

    assert (me.status, me.json["userName"]) == (200, "ann")
    assert nobody.status == 404


async def test_two_users_of_one_address_are_nobody(clients: Clients) -> None:
    await clients.create()
    await clients.create(userName="bob")
    await clients.configure_me(claim="email", attribute="emails.value")

    answer = await clients.ask("GET", "/Me", token=jwt(email="ann@example.org"))

    assert answer.status == 404
    assert "several Users" in answer.json["detail"]


async def test_a_post_creates_the_user_of_a_token_that_has_none(clients: Clients) -> None:
    await clients.configure_me(claim="upn", attribute="userName")
    token = jwt(upn="ann")

    created = await clients.ask("POST", "/Me", ANN, token=token)
    again = await clients.ask("POST", "/Me", ANN | {"userName": "other"}, token=token)
    me = await clients.ask("GET", "/Me", token=token)

    location = f"{clients.base_uri}/Users/{created.json['id']}"
    assert (created.status, created.headers["location"]) == (201, location)
    assert (again.status, again.json["scimType"]) == (409, "uniqueness")
    assert again.headers["location"] == location
    assert me.json == created.json
