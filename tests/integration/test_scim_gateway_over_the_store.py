"""SCIM from HTTP to the database: the gateway over the real store and the real registrar."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim

from scim.messages import (
    ENTERPRISE_USER_SCHEMA,
    PATCH_OP,
    SEARCH_REQUEST,
    USER_SCHEMA,
)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with serving_scim(tmp_path / "data") as base_uri, scim_client(base_uri) as client:
        yield client


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


async def test_a_person_lives_through_creation_change_and_deletion(client: Client) -> None:
    ann = await client.create("/Users", userName="ann", password="t1meMa$heen")
    path = f"/Users/{ann['id']}"

    read = await client.ask("GET", path)
    _, changed = await client.ask(
        "PATCH", path, patch({"op": "add", "path": "title", "value": "Dr"})
    )
    _, replaced = await client.ask("PUT", path, {"schemas": [USER_SCHEMA], "userName": "anna"})
    deleted = await client.ask("DELETE", path)
    gone, _ = await client.ask("GET", path)

    assert "password" not in ann
    assert read == (200, ann)
    assert (changed["title"], replaced.get("title"), replaced["userName"]) == ("Dr", None, "anna")
    versions = {found["meta"]["version"] for found in (ann, changed, replaced)}
    assert len(versions) == 3
    assert deleted == (204, None)
    assert gone == 404


async def test_membership_is_seen_from_both_sides_with_absolute_references(client: Client) -> None:
    ann = await client.create("/Users", userName="ann")
    team = await client.create("/Groups", displayName="Team", members=[{"value": ann["id"]}])

    _, group = await client.ask("GET", f"/Groups/{team['id']}")
    _, user = await client.ask("GET", f"/Users/{ann['id']}")

    assert group["members"][0]["$ref"] == f"{client.base_uri}/Users/{ann['id']}"
    assert user["groups"][0]["$ref"] == f"{client.base_uri}/Groups/{team['id']}"


async def test_a_manager_is_referred_to_absolutely(client: Client) -> None:
    boss = await client.create("/Users", userName="boss")

    ann = await client.create(
        "/Users",
        schemas=[USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
        userName="ann",
        **{ENTERPRISE_USER_SCHEMA: {"manager": {"value": boss["id"]}}},
    )

    manager = ann[ENTERPRISE_USER_SCHEMA]["manager"]
    assert manager["$ref"] == f"{client.base_uri}/Users/{boss['id']}"


async def test_a_name_in_use_is_a_conflict(client: Client) -> None:
    await client.create("/Users", userName="ann")

    status, error = await client.ask(
        "POST", "/Users", {"schemas": [USER_SCHEMA], "userName": "ANN"}
    )

    assert (status, error["scimType"]) == (409, "uniqueness")
    assert "userName" in error["detail"]


async def test_a_change_of_a_version_that_is_gone_is_refused(client: Client) -> None:
    ann = await client.create("/Users", userName="ann")
    path, body = f"/Users/{ann['id']}", {"schemas": [USER_SCHEMA], "userName": "anna"}

    changed, _ = await client.ask("PUT", path, body, If_Match=ann["meta"]["version"])
    stale, error = await client.ask("PUT", path, body, If_Match=ann["meta"]["version"])

    assert (changed, stale) == (200, 412)
    assert error["status"] == "412"


@pytest.mark.parametrize(
    ("method", "body", "scim_type"),
    [
        pytest.param("POST", {"schemas": [USER_SCHEMA]}, "invalidValue", id="no userName"),
        pytest.param("POST", {"userName": "ann"}, "invalidSyntax", id="no schemas"),
        pytest.param("PATCH", patch(), "invalidSyntax", id="no operations"),
        pytest.param("PATCH", patch({"op": "remove"}), "noTarget", id="remove without a path"),
        pytest.param(
            "PATCH",
            patch({"op": "replace", "path": "id", "value": "x"}),
            "mutability",
            id="a new id",
        ),
        pytest.param(
            "PATCH",
            patch({"op": "add", "path": "a..b", "value": "x"}),
            "invalidPath",
            id="a broken path",
        ),
    ],
)
async def test_a_refused_change_says_why(
    client: Client, method: str, body: dict[str, Any], scim_type: str
) -> None:
    path = "/Users"
    if method == "PATCH":
        path += "/" + (await client.create("/Users", userName="bob"))["id"]

    status, error = await client.ask(method, path, body)

    assert (status, error["scimType"]) == (400, scim_type)
    assert "RFC 764" in error["detail"]


async def test_people_are_found_by_filter_page_and_projection(client: Client) -> None:
    for number in range(5):
        await client.create("/Users", userName=f"user-{number}", title="Dr")
    request = {
        "schemas": [SEARCH_REQUEST],
        "filter": 'title eq "Dr"',
        "startIndex": 2,
        "count": 3,
        "attributes": ["userName"],
    }

    _, one = await client.ask("GET", '/Users?filter=userName eq "USER-3"')
    _, none = await client.ask("GET", '/Users?filter=userName eq "nobody"')
    _, page = await client.ask("POST", "/.search", request)
    bad, error = await client.ask("GET", "/Users?filter=userName maybe 3")

    assert [found["userName"] for found in one["Resources"]] == ["user-3"]
    assert (none["totalResults"], none["Resources"]) == (0, [])
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 3)
    assert all(set(found) == {"schemas", "id", "userName"} for found in page["Resources"])
    assert (bad, error["scimType"]) == (400, "invalidFilter")


async def test_changes_of_many_clients_at_once_all_take_effect(client: Client) -> None:
    team = await client.create("/Groups", displayName="Team")
    people = await asyncio.gather(
        *(client.create("/Users", userName=f"user-{number}") for number in range(60))
    )

    await asyncio.gather(
        *(
            client.ask(
                "PATCH",
                f"/Groups/{team['id']}?excludedAttributes=members",
                patch({"op": "add", "path": "members", "value": [{"value": person["id"]}]}),
            )
            for person in people
        )
    )

    _, group = await client.ask("GET", f"/Groups/{team['id']}")
    assert {member["value"] for member in group["members"]} == {p["id"] for p in people}
