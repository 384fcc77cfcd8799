"""The request log of a gateway over the real store and the real registrar."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.eventually import eventually
from support.scim_client import Client, scim_client
from support.scim_services import ADMIN_TOKEN, serving_scim

from scim.messages import BULK_REQUEST, PATCH_OP, USER_SCHEMA

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@dataclass(frozen=True, slots=True)
class Logging:
    """A gateway's SCIM face, and the admin API of its request log."""

    scim: Client

    @property
    def origin(self) -> str:
        return self.scim.base_uri.removesuffix("/scim/v2")

    async def admin(self, path: str) -> tuple[int, Any]:
        url = f"{self.origin}/admin/v1/requests{path}"
        async with self.scim.session.get(url) as answer:
            return answer.status, await answer.json()

    async def find(self, **query: str | int) -> list[dict[str, Any]]:
        status, page = await self.admin(f"?{'&'.join(f'{k}={v}' for k, v in query.items())}")
        assert status == 200, page
        requests: list[dict[str, Any]] = page["requests"]
        return requests

    async def eventually(self, **query: str | int) -> dict[str, Any]:
        """Return the newest request of a selection, whole, as soon as there is one."""

        async def is_open() -> bool:
            return (await self.admin(""))[0] == 200

        await eventually(is_open)
        found = await eventually(lambda: self.find(**query))
        _, whole = await self.admin(f"/{found[0]['id']}")
        return dict(whole)


@asynccontextmanager
async def logging(data: Path) -> AsyncIterator[Logging]:
    async with serving_scim(data) as base_uri, scim_client(base_uri) as client:
        yield Logging(client)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Logging]:
    async with logging(tmp_path / "data") as running:
        yield running


@pytest.fixture
def keeping_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_SCIM_REQUEST_LOG", "all")


async def test_a_refused_request_is_kept_with_its_reason(log: Logging) -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "ann", "password": "hunter2", "emails": 7}
    headers = {"User_Agent": "Okta", "traceparent": TRACEPARENT}

    status, error = await log.scim.ask("POST", "/Users?attributes=title", body, **headers)

    kept = await log.eventually(user="ANN")
    (reason,) = kept.pop("reasons")
    assert status == 400
    assert {name: kept[name] for name in ("method", "path", "query", "status", "principal")} == {
        "method": "POST",
        "path": "/scim/v2/Users",
        "query": "attributes=title",
        "status": 400,
        "principal": "admin",
    }
    assert kept["request"]["content"] == {**body, "password": "***"}
    assert kept["response"]["content"] == error
    assert (kept["user_agent"], kept["trace_id"]) == ("Okta", TRACE)
    assert (reason["scim_type"], reason["attribute_path"]) == ("invalidValue", "emails")
    assert reason["clause"].startswith("RFC 7643 section")
    assert reason["detail"] in error["detail"]


async def test_the_answer_names_the_entry(log: Logging) -> None:
    url = f"{log.scim.base_uri}/Users/nobody"
    async with log.scim.session.get(url) as answer:
        request_id = answer.headers["X-Request-Id"]

    kept = await log.eventually(resource="nobody")

    assert (kept["id"], kept["status"]) == (request_id, 404)


async def test_a_request_that_succeeded_is_not_kept_by_default(log: Logging) -> None:
    ann = await log.scim.create("/Users", userName="ann")
    await log.scim.ask("GET", "/Users/nobody")

    await log.eventually(resource="nobody")

    assert await log.find(resource=ann["id"]) == []


@pytest.mark.usefixtures("keeping_all")
async def test_where_all_is_kept_a_change_leads_to_its_events(log: Logging) -> None:
    ann = await log.scim.create("/Users", userName="ann", password="hunter2")

    kept = await log.eventually(resource=ann["id"], status="2xx")

    assert (kept["status"], kept["reasons"], len(kept["txn"])) == (201, [], 32)
    assert kept["request"]["content"]["password"] == "***"
    assert kept["response"]["content"] == ann


async def test_a_bulk_request_of_which_an_operation_failed_is_kept(log: Logging) -> None:
    user = {"schemas": [USER_SCHEMA], "userName": "ann"}
    results = await log.scim.bulk(
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user},
    )

    kept = await log.eventually(path="/Bulk")

    (reason,) = kept["reasons"]
    assert [result["status"] for result in results] == ["201", "409"]
    assert (kept["status"], reason["operation"], reason["status"]) == (200, 1, 409)
    assert reason["scim_type"] == "uniqueness"


async def test_a_request_without_a_valid_token_is_kept_without_its_body(log: Logging) -> None:
    headers = {"Authorization": "Bearer made-up-and-secret"}
    body = {"userName": "ann"}

    async with log.scim.session.post(
        f"{log.scim.base_uri}/Users", json=body, headers=headers
    ) as answer:
        assert answer.status == 401

    kept = await log.eventually(status="401")
    assert (kept["principal"], kept["reasons"][0]["reason"]) == ("", "NOT_AUTHORIZED")
    assert kept["request"] == {
        "size": len(json.dumps(body)),
        "content": None,
        "omitted": "not read",
    }
    assert "made-up" not in json.dumps(kept)


async def test_secrets_are_nowhere_in_the_file(tmp_path: Path) -> None:
    data = tmp_path / "data"
    operation = {"op": "replace", "path": "password", "value": "hunter2"}
    async with logging(data) as log:
        await log.scim.ask("POST", "/Users", {"password": "hunter2"})
        await log.scim.ask("GET", "/Users?filter=password%20eq%20%22hunter2%22")
        await log.scim.ask(
            "PATCH", "/Users/nobody", {"schemas": [PATCH_OP], "Operations": [operation]}
        )
        await log.scim.ask(
            "POST", "/Bulk", {"schemas": [BULK_REQUEST], "Operations": [{"data": operation}]}
        )
        await log.eventually(path="/Bulk")
        assert len(await log.find()) == 4

    files = list(data.glob("requests.db*"))
    kept = b"".join(path.read_bytes() for path in files)
    assert files
    assert b"/scim/v2/Users" in kept
    assert b"hunter2" not in kept
    assert ADMIN_TOKEN.encode() not in kept


async def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    async with logging(tmp_path / "data") as log:
        await log.scim.ask("GET", "/Users/nobody")

    async with logging(tmp_path / "data") as log:
        kept = await log.eventually(resource="nobody")

    assert kept["status"] == 404


async def test_a_log_that_cannot_be_kept_fails_no_request(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "requests.db").mkdir(parents=True)

    async with logging(data) as log:
        await log.scim.create("/Users", userName="ann")
        missing, _ = await log.scim.ask("GET", "/Users/nobody")
        status, answer = await log.admin("")

    assert (missing, status) == (404, 503)
    assert "not open" in answer["detail"]


async def test_a_log_that_is_off_has_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELIOGRAPH_SCIM_REQUEST_LOG", "off")
    async with logging(tmp_path / "data") as log:
        url = f"{log.scim.base_uri}/Users/nobody"
        async with log.scim.session.get(url) as answer:
            assert "X-Request-Id" not in answer.headers
        status, told = await log.admin("")

    assert status == 404
    assert told["detail"].startswith("the request log is off")
    assert not (tmp_path / "data" / "requests.db").exists()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param("", {"Authorization": "Bearer made-up"}, 401, id="no valid token"),
        pytest.param("/made-up", {}, 404, id="an unknown id"),
        pytest.param("?status=9", {}, 422, id="no status"),
        pytest.param("?state=404", {}, 422, id="an unknown parameter"),
        pytest.param("?answered_from=-1", {}, 422, id="a time before all times"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    log: Logging, path: str, headers: dict[str, str], status: int
) -> None:
    async def is_open() -> bool:
        return (await log.admin(""))[0] == 200

    await eventually(is_open)
    async with log.scim.session.get(
        f"{log.origin}/admin/v1/requests{path}", headers=headers
    ) as answer:
        assert answer.status == status


async def test_requests_are_paged(log: Logging) -> None:
    await asyncio.gather(*(log.scim.ask("GET", f"/Users/nobody-{n}") for n in range(5)))

    async def are_all_there() -> bool:
        status, page = await log.admin("")
        return status == 200 and len(page["requests"]) == 5

    await eventually(are_all_there)
    _, first = await log.admin("?limit=3&order=oldest")
    _, second = await log.admin(f"?limit=3&order=oldest&beyond={first['next']}")

    ids = [each["id"] for each in [*first["requests"], *second["requests"]]]
    assert ids == sorted(ids)
    assert (len(set(ids)), second["next"]) == (5, None)


async def test_the_api_describes_itself(log: Logging) -> None:
    async with log.scim.session.get(f"{log.origin}/admin/v1/openapi.json") as answer:
        described = await answer.json()

    assert {"/admin/v1/requests", "/admin/v1/requests/{request_id}"} <= set(described["paths"])
