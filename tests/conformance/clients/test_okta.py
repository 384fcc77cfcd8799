"""What Okta says to a SCIM service, in the order in which it says it.

By Okta's page "SCIM 2.0" and its two test suites for Runscope: the SCIM 2.0 SPEC test and the CRUD
test.
"""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import ERROR, GROUP_SCHEMA, LIST_RESPONSE, PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

_NAME = "tina.erickson@example.com"
_TINA = {
    "schemas": [USER_SCHEMA],
    "userName": _NAME,
    "name": {"givenName": "Tina", "familyName": "Erickson"},
    "emails": [{"primary": True, "value": _NAME, "type": "work"}],
    "displayName": "Tina Erickson",
    "locale": "en_US",
    "userType": "In SCIM Group",
    "externalId": "00u5hwkpq7IC0H7IS0h7",
    "groups": [],
    "password": "y25bA4W3",
    "active": True,
}
_HEADERS = {
    "Content_Type": "application/scim+json; charset=utf-8",
    "Accept": "application/scim+json",
    "Accept_Charset": "utf-8",
    "User_Agent": "Okta SCIM Client 1.0.0",
}


@pytest.fixture
def profile() -> str:
    return "okta"


async def patch(client: Client, path: str, *operations: dict[str, Any]) -> tuple[int, Any]:
    body = {"schemas": [PATCH_OP], "Operations": [*operations]}
    return await client.ask("PATCH", path, body, **_HEADERS)


async def found(client: Client, query: str) -> dict[str, Any]:
    status, answer = await client.ask("GET", query, **_HEADERS)
    assert (status, answer["schemas"]) == (200, [LIST_RESPONSE])
    for member in ("totalResults", "startIndex", "itemsPerPage"):
        assert isinstance(answer[member], int)
    assert len(answer["Resources"]) == answer["itemsPerPage"]
    assert isinstance(answer, dict)
    return answer


async def test_okta_runs_its_specification_test(client: Client) -> None:
    await client.create("/Users", **{**_TINA, "userName": "first@example.com", "externalId": "0"})

    (first,) = (await found(client, "/Users?count=1&startIndex=1"))["Resources"]
    _, read = await client.ask("GET", f"/Users/{first['id']}", **_HEADERS)
    nobody = await found(client, '/Users?filter=userName eq "nobody@example.com"')
    unknown, error = await client.ask("GET", "/Users/0101010101", **_HEADERS)
    free = await found(client, f'/Users?filter=userName eq "{_NAME}"&startIndex=1&count=100')
    status, tina = await client.ask("POST", "/Users", _TINA, **_HEADERS)
    again = await client.ask("GET", f"/Users/{tina['id']}", **_HEADERS)
    taken, conflict = await client.ask("POST", "/Users", _TINA, **_HEADERS)
    in_capitals = await found(client, f'/Users?filter=userName eq "{_NAME.upper()}"')
    groups = await found(client, "/Groups?count=100&startIndex=1")
    denied, _ = await client.ask("GET", "/Users?count=1", Authorization="non-token")

    assert read == first
    assert {"id", "userName", "name", "active", "emails"} <= set(first)
    assert (nobody["totalResults"], free["totalResults"], groups["totalResults"]) == (0, 0, 0)
    assert (unknown, error["schemas"], error["status"]) == (404, [ERROR], "404")
    assert error["detail"]
    assert (status, again) == (201, (200, tina))
    assert (tina["userName"], tina["active"], tina["name"]) == (_NAME, True, _TINA["name"])
    assert "password" not in tina
    assert (taken, conflict["schemas"], conflict["scimType"]) == (409, [ERROR], "uniqueness")
    assert in_capitals["Resources"] == [tina]
    assert denied == 401


async def test_okta_updates_a_person_by_reading_and_putting_back(client: Client) -> None:
    _, tina = await client.ask("POST", "/Users", _TINA, **_HEADERS)
    path = f"/Users/{tina['id']}"

    _, read = await client.ask("GET", path, **_HEADERS)
    changed = {**read, "title": "Guide", "name": {**read["name"], "givenName": "T."}, "groups": []}
    status, put = await client.ask("PUT", path, changed, **_HEADERS)
    off = await client.ask("PUT", path, {**put, "active": False}, **_HEADERS)

    assert status == 200
    assert (put["id"], put["title"], put["name"]["givenName"]) == (tina["id"], "Guide", "T.")
    assert (off[0], off[1]["active"], off[1]["title"]) == (200, False, "Guide")


async def test_okta_activates_deactivates_and_synchronises_a_password(client: Client) -> None:
    _, tina = await client.ask("POST", "/Users", _TINA, **_HEADERS)
    path = f"/Users/{tina['id']}"

    off = await patch(client, path, {"op": "replace", "value": {"active": False}})
    on = await patch(client, path, {"op": "replace", "value": {"active": True}})
    value = {"id": tina["id"], "password": "n3wBa4W3"}
    synchronised, shown = await patch(client, path, {"op": "replace", "value": value})

    assert [(status, user["active"]) for status, user in (off, on)] == [(200, False), (200, True)]
    assert synchronised == 200
    assert "password" not in shown


async def test_okta_imports_everybody_page_by_page(client: Client) -> None:
    names = {f"user-{number}@example.com" for number in range(5)}
    for name in names:
        await client.create("/Users", userName=name)

    pages = [await found(client, f"/Users?startIndex={start}&count=2") for start in (1, 3, 5, 7)]

    assert [page["totalResults"] for page in pages] == [5] * 4
    assert [page["itemsPerPage"] for page in pages] == [2, 2, 1, 0]
    assert {user["userName"] for page in pages for user in page["Resources"]} == names


@pytest.mark.parametrize("profile", ["okta", "tolerant"])
async def test_okta_pushes_a_group(client: Client) -> None:
    ann, bob, cai = [
        (await client.create("/Users", userName=name))["id"] for name in ("ann", "bob", "cai")
    ]
    lookup = '/Groups?filter=displayName eq "Guides"&startIndex=1&count=100'
    assert (await found(client, lookup))["Resources"] == []
    body = {"schemas": [GROUP_SCHEMA], "displayName": "Guides", "members": []}
    status, group = await client.ask("POST", "/Groups", body, **_HEADERS)
    assert status == 201
    path = f"/Groups/{group['id']}"

    async def changed(*operations: dict[str, Any]) -> tuple[str, set[str]]:
        status, answer = await patch(client, path, *operations)
        assert status == 200
        return answer["displayName"], {each["value"] for each in answer.get("members", [])}

    added = [{"value": ann, "display": "ann@example.com"}, {"value": bob, "display": "bob"}]
    assert await changed({"op": "add", "path": "members", "value": added}) == (
        "Guides",
        {ann, bob},
    )
    rename = {"op": "replace", "value": {"id": group["id"], "displayName": "Scouts"}}
    assert await changed(rename) == ("Scouts", {ann, bob})
    swap = (
        {"op": "remove", "path": f'members[value eq "{ann}"]'},
        {"op": "add", "path": "members", "value": [{"value": cai, "display": "cai"}]},
    )
    assert await changed(*swap) == ("Scouts", {bob, cai})
    assert await changed({"op": "replace", "path": "members", "value": [{"value": ann}]}) == (
        "Scouts",
        {ann},
    )
    assert await changed({"op": "replace", "path": "members", "value": []}) == ("Scouts", set())
    assert await client.ask("DELETE", path, **_HEADERS) == (204, None)


async def test_okta_sends_what_it_was_mapped_to_and_no_schema_has(client: Client) -> None:
    custom = "urn:okta:example_app:1.0:user:custom"
    body = {
        **_TINA,
        "schemas": [USER_SCHEMA, custom],
        "profileUrl": "see the wiki",
        "favouriteColour": "green",
        custom: {"shoeSize": 44},
    }

    status, tina = await client.ask("POST", "/Users", body, **_HEADERS)

    assert status == 201
    assert (tina["schemas"], tina["profileUrl"]) == ([USER_SCHEMA], "see the wiki")
    assert not {"favouriteColour", custom} & set(tina)
