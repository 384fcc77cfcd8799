"""What Microsoft Entra ID says to a SCIM service, in the order in which it says it.

By Microsoft's pages "Develop and plan provisioning for a SCIM endpoint" and "Known issues with SCIM
2.0 protocol compliance": with and without the flag `aadOptscim062020` in the tenant URL.
"""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import (
    ENTERPRISE_USER_SCHEMA,
    GROUP_SCHEMA,
    LIST_RESPONSE,
    MEDIA_TYPE,
    PATCH_OP,
    USER_SCHEMA,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

_UPN = "Test_User_dfeef4c5@testuser.com"
_GUID = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"
_AD_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
_BETTY = {
    "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    "externalId": _GUID,
    "userName": _UPN,
    "active": True,
    "displayName": "lennay",
    "nickName": None,
    "emails": [{"primary": True, "type": "work", "value": _UPN}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "g"},
    "roles": [],
}


BOTH = pytest.mark.parametrize("profile", ["entra", "tolerant"])


@pytest.fixture
def profile() -> str:
    return "entra"


async def patch(client: Client, path: str, *operations: dict[str, Any]) -> tuple[int, Any]:
    return await client.ask("PATCH", path, {"schemas": [PATCH_OP], "Operations": [*operations]})


async def found(client: Client, endpoint: str, query: str) -> list[dict[str, Any]]:
    status, answer = await client.ask("GET", f"{endpoint}?{query}")
    assert (status, answer["schemas"]) == (200, [LIST_RESPONSE])
    resources: list[dict[str, Any]] = answer["Resources"]
    assert answer["totalResults"] == answer["itemsPerPage"] == len(resources)
    return resources


async def created(client: Client, endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
    status, resource = await client.ask("POST", endpoint, body)
    assert status == 201, resource
    assert isinstance(resource, dict)
    return resource


async def test_entra_tests_the_connection_by_looking_for_nobody(client: Client) -> None:
    url = f'{client.base_uri}/Users?filter=userName eq "{_GUID}"'

    async with client.session.get(url, headers={"Accept": MEDIA_TYPE}) as answer:
        listed = await answer.json(content_type=MEDIA_TYPE)

    assert answer.status == 200
    assert listed == {
        "schemas": [LIST_RESPONSE],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


@BOTH
async def test_entra_provisions_a_person_in_its_own_dialect(client: Client) -> None:
    boss = await client.create("/Users", userName="boss@testuser.com")
    assert await found(client, "/Users", f'filter=userName eq "{_UPN}"') == []
    betty = await created(client, "/Users", _BETTY)
    path = f"/Users/{betty['id']}"
    assert betty["externalId"] == _GUID

    for query in (f'externalId eq "{_GUID}"', f'emails[type eq "work"].value eq "{_UPN}"'):
        assert await found(client, "/Users", f"filter={query}") == [betty]
    status, changed = await patch(
        client,
        path,
        {"op": "Replace", "path": "displayName", "value": "Pvlo"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@testuser.com"},
        {"op": "Replace", "path": "name.familyName", "value": "Pkqf"},
        {"op": "Add", "path": "nickName", "value": "Babs"},
        {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "US"},
        {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "Redmond"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555-0100"},
        {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "Admin"},
        {"op": "Add", "path": 'roles[primary eq "True"].display', "value": "Administrator"},
        {"op": "Replace", "path": f"{ENTERPRISE_USER_SCHEMA}:department", "value": "Bicycles"},
        {"op": "Add", "path": "manager", "value": [{"$ref": None, "value": boss["id"]}]},
    )

    assert status == 200
    assert (changed["displayName"], changed["nickName"]) == ("Pvlo", "Babs")
    assert changed["emails"] == [{"primary": True, "type": "work", "value": "new@testuser.com"}]
    assert changed["name"]["familyName"] == "Pkqf"
    assert changed["addresses"] == [{"type": "work", "country": "US", "locality": "Redmond"}]
    assert changed["phoneNumbers"] == [{"type": "mobile", "value": "555-0100"}]
    assert changed["roles"] == [{"primary": True, "value": "Admin", "display": "Administrator"}]
    enterprise = changed[ENTERPRISE_USER_SCHEMA]
    assert (enterprise["department"], enterprise["manager"]["value"]) == ("Bicycles", boss["id"])


async def test_entra_checks_sets_and_clears_a_manager(client: Client) -> None:
    boss = await client.create("/Users", userName="boss@testuser.com")
    body = {**_BETTY, ENTERPRISE_USER_SCHEMA: {"manager": boss["id"], "department": "Bicycles"}}
    betty = await created(client, "/Users", body)
    path = f"/Users/{betty['id']}"
    check = f'filter=id eq "{betty["id"]}" and manager eq "{boss["id"]}"&attributes=id'

    before = await found(client, "/Users", check)
    _, cleared = await patch(client, path, {"op": "Replace", "path": "manager", "value": ""})
    after = await found(client, "/Users", check)
    _, again = await patch(client, path, {"op": "Add", "path": "manager", "value": boss["id"]})
    _, removed = await patch(client, path, {"op": "Remove", "path": "manager"})

    assert ([each["id"] for each in before], after) == ([betty["id"]], [])
    assert cleared[ENTERPRISE_USER_SCHEMA] == {"department": "Bicycles"}
    assert again[ENTERPRISE_USER_SCHEMA]["manager"]["value"] == boss["id"]
    assert removed[ENTERPRISE_USER_SCHEMA] == {"department": "Bicycles"}


async def test_entra_renames_disables_enables_and_deletes_a_person(client: Client) -> None:
    betty = await created(client, "/Users", _BETTY)
    path = f"/Users/{betty['id']}"

    _, off = await patch(client, path, {"op": "Replace", "path": "active", "value": "False"})
    disabled = await found(client, "/Users", 'filter=active eq "False"')
    _, on = await patch(client, path, {"op": "Replace", "path": "active", "value": "True"})
    await patch(client, path, {"op": "Replace", "path": "userName", "value": "b@testuser.com"})
    renamed = await found(client, "/Users", 'filter=userName eq "B@testuser.com"')
    status, conflict = await client.ask("POST", "/Users", {**_BETTY, "userName": "b@testuser.com"})
    deleted = await client.ask("DELETE", path)
    gone, _ = await client.ask("GET", path)

    assert (off["active"], on["active"]) == (False, True)
    assert [each["id"] for each in disabled] == [each["id"] for each in renamed] == [betty["id"]]
    assert (status, conflict["scimType"]) == (409, "uniqueness")
    assert (deleted, gone) == ((204, None), 404)
    assert await found(client, "/Users", f'filter=externalId eq "{_GUID}"') == []


async def test_entra_says_the_same_with_its_flag(client: Client) -> None:
    flag = "?aadOptscim062020"
    assert await found(client, "/Users", f'aadOptscim062020&filter=userName eq "{_UPN}"') == []
    betty = await created(client, f"/Users{flag}", _BETTY)
    path = f"/Users/{betty['id']}{flag}"

    status, changed = await patch(
        client,
        path,
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "t@testuser.com"},
        {
            "op": "replace",
            "value": {
                "displayName": "Bjfe",
                "name.givenName": "Kkom",
                'phoneNumbers[type eq "work"].value': "555-0101",
                f"{ENTERPRISE_USER_SCHEMA}:employeeNumber": "Aklq",
                f"{ENTERPRISE_USER_SCHEMA}:manager": betty["id"],
            },
        },
        {"op": "add", "path": "nickName", "value": "Babs"},
        {"op": "replace", "path": "active", "value": False},
    )

    assert status == 200
    assert (changed["displayName"], changed["nickName"], changed["active"]) == (
        "Bjfe",
        "Babs",
        False,
    )
    assert changed["name"]["givenName"] == "Kkom"
    assert changed["emails"][0]["value"] == "t@testuser.com"
    assert changed["phoneNumbers"] == [{"type": "work", "value": "555-0101"}]
    enterprise = changed[ENTERPRISE_USER_SCHEMA]
    assert (enterprise["employeeNumber"], enterprise["manager"]["value"]) == ("Aklq", betty["id"])


@BOTH
async def test_entra_provisions_a_group_and_never_loses_a_member(
    client: Client, profile: str
) -> None:
    ann, bob = [(await client.create("/Users", userName=name))["id"] for name in ("ann", "bob")]
    lookup = 'excludedAttributes=members&filter=displayName eq "Guides"'
    assert await found(client, "/Groups", lookup) == []
    body = {
        "schemas": [GROUP_SCHEMA, _AD_GROUP],
        "externalId": _GUID,
        "displayName": "Guides",
        "meta": {"resourceType": "Group"},
    }
    path = f"/Groups/{(await created(client, '/Groups', body))['id']}"
    given = [{"$ref": None, "value": ann}, {"$ref": None, "value": bob}]

    async def members() -> set[str]:
        _, group = await client.ask("GET", path)
        return {each["value"] for each in group.get("members", [])}

    async def changed(*operations: dict[str, Any]) -> set[str]:
        status, answer = await patch(client, path, *operations)
        assert (status, answer is None) == ((204, True) if profile == "entra" else (200, False))
        return await members()

    assert await changed({"op": "Add", "path": "members", "value": given}) == {ann, bob}
    (listed,) = await found(client, "/Groups", lookup)
    assert "members" not in listed
    check = f'filter=id eq "{listed["id"]}" and members eq "{ann}"&attributes=id'
    assert [each["id"] for each in await found(client, "/Groups", check)] == [listed["id"]]
    removal = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ann}]}
    assert await changed(removal) == {bob}
    assert await changed(removal) == {bob}
    assert await changed({"op": "Remove", "path": "members", "value": []}) == {bob}
    assert await changed({"op": "Replace", "path": "displayName", "value": "Scouts"}) == {bob}
    assert await changed({"op": "remove", "path": f'members[value eq "{bob}"]'}) == set()
    assert await client.ask("DELETE", path) == (204, None)


@BOTH
async def test_entra_is_shown_the_group_that_it_changes_only_where_it_asks(
    client: Client, profile: str
) -> None:
    group = await client.create("/Groups", displayName="Guides")
    url = f"{client.base_uri}/Groups/{group['id']}"
    rename = {"op": "replace", "path": "displayName", "value": "Scouts"}
    body = {"schemas": [PATCH_OP], "Operations": [rename]}

    async with client.session.patch(url, json=body) as silent:
        pass
    asked, shown = await client.ask("PATCH", f"/Groups/{group['id']}?attributes=displayName", body)

    assert silent.status == (204 if profile == "entra" else 200)
    assert silent.headers["ETag"] != group["meta"]["version"]
    assert silent.headers["Location"] == url
    assert (asked, shown["displayName"]) == (200, "Scouts")


async def test_entra_discovers_schemas_without_nulls(client: Client) -> None:
    status, listed = await client.ask("GET", "/Schemas")

    assert (status, listed["schemas"]) == (200, [LIST_RESPONSE])
    assert {USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA} <= {
        schema["id"] for schema in listed["Resources"]
    }
    assert not _holds_null(listed)


def _holds_null(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_holds_null, inner))
