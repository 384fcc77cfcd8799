"""An IdP that deletes and deactivates too many, and the administrator who decides about it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from support.cluster import helio_command
from support.eventually import eventually
from support.scim_client import Client, scim_client
from support.scim_services import ADMIN_TOKEN, serving_scim

from heliograph.resource.v1 import change_service_pb2
from heliograph.resource.v1.change_service_pb2_grpc import ChangeServiceStub
from scim.messages import ERROR, PATCH_OP, USER_SCHEMA
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint

DEACTIVATION = {
    "schemas": [PATCH_OP],
    # As Entra ID sends it.
    "Operations": [{"op": "Replace", "path": "active", "value": "False"}],
}


@dataclass(frozen=True, slots=True)
class Braked:
    """A gateway's SCIM face, the admin API of its brake, and the store's change feed."""

    scim: Client
    channel: grpc.aio.Channel

    @property
    def origin(self) -> str:
        return self.scim.base_uri.removesuffix("/scim/v2")

    async def admin(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        url = f"{self.origin}/admin/v1/brake{path}"
        async with self.scim.session.request(method, url, json=body) as answer:
            return answer.status, await answer.json()

    async def brake(self) -> dict[str, Any]:
        status, shown = await self.admin("GET")
        assert status == 200, shown
        return dict(shown)

    async def held(self) -> dict[str, str]:
        """Return what is held, by the id of the person."""
        _, page = await self.admin("GET", "/held?limit=500")
        return {each["id"]: each["operation"] for each in page["operations"]}

    async def decided(self, path: str, **body: Any) -> Any:
        status, answer = await self.admin("POST", path, body)
        assert status == 200, answer
        return answer

    async def people(self, count: int) -> list[str]:
        data = [{"schemas": [USER_SCHEMA], "userName": f"user-{n}"} for n in range(count)]
        results = await self.scim.bulk(
            *(
                {"method": "POST", "path": "/Users", "bulkId": f"b{n}", "data": each}
                for n, each in enumerate(data)
            )
        )
        return [result["location"].rpartition("/")[2] for result in results]

    async def concerned(self) -> list[str]:
        """Return the ids that events tell a deletion or a deactivation of."""
        asked = change_service_pb2.ReadChangesRequest(limit=1000)
        read = await call(ChangeServiceStub(self.channel).ReadChanges, asked, deadline=30)
        return [
            change.ref.id
            for change in read.changes
            if change.kind == change_service_pb2.CHANGE_KIND_DELETE
            or change.activation == change_service_pb2.ACTIVATION_DEACTIVATED
        ]


@asynccontextmanager
async def braked(data: Path, store_settings: Mapping[str, str]) -> AsyncIterator[Braked]:
    async with (
        serving_scim(data, **store_settings) as base_uri,
        scim_client(base_uri) as client,
        open_channel(unix_endpoint(data, "resource-store")) as channel,
    ):
        yield Braked(client, channel)


@pytest.fixture(autouse=True)
def five_in_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_SCIM_BRAKE_CHANGES", "5")
    monkeypatch.setenv("HELIOGRAPH_SCIM_BRAKE_MINUTES", "10")


def deletion(person: str) -> dict[str, Any]:
    return {"method": "DELETE", "path": f"/Users/{person}"}


def deactivation(person: str) -> dict[str, Any]:
    return {"method": "PATCH", "path": f"/Users/{person}", "data": DEACTIVATION}


async def test_an_idp_that_takes_everybody_away_is_stopped_until_an_administrator_decides(
    tmp_path: Path, store_settings: Mapping[str, str]
) -> None:
    data = tmp_path / "data"
    async with braked(data, store_settings) as running:
        persons = await running.people(30)
        singly = [
            (await running.scim.ask("DELETE", f"/Users/{person}"))[0] for person in persons[:2]
        ] + [
            (await running.scim.ask("PATCH", f"/Users/{person}", DEACTIVATION))[0]
            for person in persons[2:4]
        ]
        in_bulk = await running.scim.bulk(
            *map(deletion, persons[4:10]), *map(deactivation, persons[10:18])
        )
        refused = await running.scim.ask("DELETE", f"/Users/{persons[18]}")
        refused_too = await running.scim.ask("PATCH", f"/Users/{persons[19]}", DEACTIVATION)
        other, _ = await running.scim.ask(
            "PATCH",
            f"/Users/{persons[20]}",
            {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]},
        )
        shown = await running.brake()

    assert singly == [204, 204, 200, 200]
    assert [result["status"] for result in in_bulk] == ["204"] + ["429"] * 13
    assert (refused[0], refused_too[0], other) == (429, 429, 200)
    assert refused[1]["schemas"] == [ERROR]
    assert "an administrator" in refused[1]["detail"]
    assert shown["limit"] == {"changes": 5, "within_minutes": 10}
    assert (shown["is_on"], shown["held"]) == (True, 15)

    async with braked(data, store_settings) as running:
        held = await running.held()
        still, _ = await running.scim.ask("DELETE", f"/Users/{persons[18]}")
        released = await running.decided("/release", changes=3)
        retried = [
            (await running.scim.ask("DELETE", f"/Users/{person}"))[0] for person in persons[5:9]
        ]
        forgotten = await running.decided("/dismiss", ids=[persons[8], persons[9]])
        applied = await running.decided("/apply")
        left = await running.held()
        concerned = await eventually(lambda: told(running, 18))
        inactive = (await running.scim.ask("GET", "/Users?filter=active eq false"))[1]

    assert held == dict.fromkeys([*persons[5:10], persons[18]], "delete") | dict.fromkeys(
        [*persons[10:18], persons[19]], "deactivate"
    )
    assert still == 429
    assert (released["is_on"], released["pass_left"]) == (False, 3)
    assert retried == [204, 204, 204, 429]
    assert forgotten == {"dismissed": 2}
    assert {each["outcome"] for each in applied["operations"]} == {"applied"}
    assert (len(applied["operations"]), applied["next"], left) == (10, None, {})
    assert sorted(concerned) == sorted({*persons[:20]} - {*persons[8:10]})
    assert inactive["totalResults"] == 11


async def told(running: Braked, count: int) -> list[str] | None:
    """Return who the feed tells of, once it tells of so many."""
    concerned = await running.concerned()
    return concerned if len(concerned) >= count else None


async def test_only_administrators_decide_and_what_makes_no_sense_is_refused(
    tmp_path: Path,
) -> None:
    async with braked(tmp_path / "data", {}) as running:
        (person,) = await running.people(1)
        url = f"{running.origin}/admin/v1/brake"
        async with running.scim.session.get(url, headers={"Authorization": "Bearer no"}) as answer:
            unknown = answer.status
        senseless = [
            await running.admin("POST", "/release", {"changes": -1}),
            await running.admin("POST", "/release", {"days": 1}),
            await running.admin("POST", "/apply", {"ids": ["x"] * 501}),
            await running.admin("GET", "/held?limit=0"),
        ]
        ahead = await running.decided("/release", minutes=30)
        nothing = await running.decided("/apply", ids=[person, "nobody"])

    assert unknown == 401
    assert [status for status, _ in senseless] == [422] * 4
    assert (ahead["is_on"], ahead["pass_left"], ahead["on_since"]) == (False, None, None)
    assert nothing == {"operations": [], "next": None}


async def test_what_a_brake_holds_is_measured(tmp_path: Path) -> None:
    async with braked(tmp_path / "data", {}) as running:
        persons = await running.people(7)
        await running.scim.bulk(*map(deletion, persons))
        port = int(running.origin.rpartition(":")[2]) + 4

        async def measured() -> bool:
            async with running.scim.session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                text = await answer.text()
            return {
                'heliograph_brake_held_operations{tenant="default"} 2.0',
                'heliograph_brake_on{tenant="default"} 1.0',
            } <= set(text.splitlines())

        assert await eventually(measured)


async def test_helio_shows_the_brake_and_does_what_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELIOGRAPH_ADMIN_TOKEN", ADMIN_TOKEN)
    async with braked(tmp_path / "data", {}) as running:
        persons = await running.people(12)
        await running.scim.bulk(*map(deletion, persons))
        await running.scim.ask("PUT", f"/Users/{persons[6]}", changed("user-6"))

        async def helio(*arguments: str) -> tuple[int | None, str]:
            process = await asyncio.create_subprocess_exec(
                *helio_command("brake", *arguments, "--url", running.origin),
                stdout=asyncio.subprocess.PIPE,
            )
            output, _ = await process.communicate()
            return process.returncode, output.decode()

        _, shown = await helio("show", "--limit", "1")
        _, as_json = await helio("show", "--json")
        unclear, _ = await helio("apply")
        applied = await helio("apply", "--all")
        _, released = await helio("release", "--changes", "2", "--minutes", "5")
        dismissed = await helio("dismiss", "--all")

    lines = [line.strip() for line in shown.splitlines()]
    assert lines[0].startswith("brake  on since 20")
    assert lines[1:4] == ["limit  5 within 10 minutes", "released  never", "held  7"]
    assert lines[4].startswith(f"{min(persons[5:])}  User  delete  admin  ")
    assert lines[5] == f"more: --beyond {min(persons[5:])}"
    assert {each["id"] for each in json.loads(as_json)["operations"]} == {*persons[5:]}
    assert (unclear, applied[0]) == (2, 1)
    assert applied[1].startswith(f"6 carried out\n{persons[6]}  User  still held: If-Match")
    assert ", 2 more\n" in released
    assert "brake  not on" in released
    assert dismissed == (0, "1 dismissed\n")


def changed(user_name: str) -> dict[str, Any]:
    return {"schemas": [USER_SCHEMA], "userName": user_name, "title": "Dr"}
