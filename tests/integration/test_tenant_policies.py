"""What is configured for a tenant, as its clients and its administrators meet it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from support.eventually import eventually
from support.scim_services import ADMIN_TOKEN, serving_scim

from scim.messages import USER_SCHEMA


@dataclass(frozen=True, slots=True)
class Cluster:
    """A gateway and a registrar, asked by whoever has a token."""

    session: aiohttp.ClientSession
    gateway: str
    registrar: str

    async def ask(
        self, method: str, url: str, body: Any = None, *, token: str = ADMIN_TOKEN
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.read()
            return answer.status, await answer.json(content_type=None) if text else None

    async def manage(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(method, f"{self.registrar}/admin/v1{path}", body)
        assert status in {200, 201, 202}, answer
        return answer

    async def token(self, tenant: str, *scopes: str) -> str:
        body = {"name": "by-" + "-".join(scopes), "scopes": scopes}
        return str((await self.manage("POST", f"/tenants/{tenant}/tokens", body))["token"])


@asynccontextmanager
async def cluster(data: Path) -> AsyncIterator[Cluster]:
    async with serving_scim(data) as base_uri, aiohttp.ClientSession() as session:
        origin = base_uri.removesuffix("/scim/v2")
        scheme, _, port = origin.rpartition(":")
        yield Cluster(session, origin, f"{scheme}:{int(port) + 1}")


def person(name: str, **attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER_SCHEMA], "userName": name, **attributes}


async def test_a_tenant_is_served_as_it_is_configured_and_the_others_as_before(
    tmp_path: Path,
) -> None:
    configuration = {
        "profile": "strict",
        "retention_days": 3,
        "deletion_brake": {"changes": 1, "minutes": 10},
    }
    async with cluster(tmp_path) as here:
        await here.manage("POST", "/tenants", {"tenant": "acme", "configuration": configuration})
        token, admin = await here.token("acme", "scim"), await here.token("acme", "admin")
        acme, default = f"{here.gateway}/t/acme/scim/v2", f"{here.gateway}/scim/v2"
        loose = person("loose", active="True")

        refused, _ = await here.ask("POST", f"{acme}/Users", loose, token=token)
        taken, _ = await here.ask("POST", f"{default}/Users", loose)
        made = [
            (await here.ask("POST", f"{acme}/Users", person(name), token=token))[1]
            for name in ("ann", "bob")
        ]
        deletions = [
            (await here.ask("DELETE", each["meta"]["location"], token=token))[0] for each in made
        ]
        _, applied = await here.ask("POST", f"{here.gateway}/admin/v1/brake/apply", {}, token=admin)
        _, deleted = await here.ask(
            "GET", f"{here.gateway}/admin/v1/deleted-resources", token=admin
        )
        _, elsewhere = await here.ask("GET", f"{here.gateway}/admin/v1/deleted-resources")
        await here.manage("PATCH", "/tenants/acme", {"configuration": {"profile": None}})

        async def is_tolerant() -> bool:
            return (await here.ask("POST", f"{acme}/Users", loose, token=token))[0] == 201

        await eventually(is_tolerant)

    assert (refused, taken) == (400, 201)
    assert all(each["meta"]["location"] == f"{acme}/Users/{each['id']}" for each in made)
    assert deletions == [204, 429]
    assert [each["outcome"] for each in applied["operations"]] == ["applied"]
    days = {(row["purge_after"] - row["deleted"]) / 86_400_000_000 for row in deleted["resources"]}
    assert ({row["user_name"] for row in deleted["resources"]}, days) == ({"ann", "bob"}, {3.0})
    assert elsewhere["resources"] == []


async def test_what_an_administrator_asks_in_vain_has_its_status(tmp_path: Path) -> None:
    async with cluster(tmp_path) as here:
        users, kept = f"{here.gateway}/scim/v2/Users", f"{here.gateway}/admin/v1/deleted-resources"
        _, ann = await here.ask("POST", users, person("ann"))
        await here.ask("DELETE", f"{users}/{ann['id']}")
        await here.ask("POST", users, person("Ann"))

        unknown, _ = await here.ask("POST", f"{kept}/nobody/restore")
        taken, told = await here.ask("POST", f"{kept}/{ann['id']}/restore")
        nobody, _ = await here.ask("GET", kept, token="unknown")

    assert (unknown, taken, nobody) == (404, 409, 401)
    assert told["attribute_path"] == "userName"
