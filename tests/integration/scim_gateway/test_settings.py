"""What an operator sets of the gateway."""

import pytest
from support.running_gateway import ANN, configured

from scim.messages import GROUP_SCHEMA, PATCH_OP
from scim_gateway.settings import Settings


async def test_the_profile_is_a_setting(settings: Settings) -> None:
    async with configured(settings.model_copy(update={"scim_profile": "strict"})) as gateway:
        await gateway.create()
        await gateway.ask("GET", "/Users")

    assert gateway.store.writes[0].profile == "strict"
    assert gateway.store.searches[0].profile == "strict"


async def test_with_entra_s_profile_the_members_of_a_patched_group_are_not_read(
    settings: Settings,
) -> None:
    group = {"schemas": [GROUP_SCHEMA], "displayName": "Guides"}
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": {"displayName": "G"}}]}
    async with configured(settings.model_copy(update={"scim_profile": "entra"})) as gateway:
        await gateway.create(group, "/Groups")
        await gateway.create()

        silent = await gateway.ask("PATCH", "/Groups/id-1", patch)
        asked = await gateway.ask("PATCH", "/Groups/id-1?excludedAttributes=members", patch)
        person = await gateway.ask("PATCH", "/Users/id-2", patch)

    omitted = [list(write.omitted_attributes) for write in gateway.store.writes[2:]]
    assert [answer.status for answer in (silent, asked, person)] == [204, 200, 200]
    assert (silent.body, asked.json["displayName"]) == (b"", "G")
    assert omitted == [["members", "groups"], ["members", "groups"], []]


@pytest.mark.parametrize("size", [2_000, 5_000_000])
@pytest.mark.parametrize("path", ["/Users", "/Bulk"])
async def test_a_body_above_the_limit_is_refused(settings: Settings, path: str, size: int) -> None:
    async with configured(settings.model_copy(update={"scim_max_body_bytes": 1024})) as gateway:
        answer = await gateway.ask("POST", path, {"displayName": "x" * size})
        after = await gateway.ask("POST", "/Users", ANN)

    assert answer.error == (413, None)
    assert "1024 bytes" in answer.json["detail"]
    assert after.status == 201


async def test_a_token_that_asks_too_fast_is_told_to_wait(settings: Settings) -> None:
    rate = {"scim_rate_per_second": 0.001, "scim_rate_burst": 2}
    async with configured(settings.model_copy(update=rate)) as gateway:
        gateway.registrar.scopes["another"] = {"scim"}
        first = [await gateway.ask("GET", "/Users"), await gateway.ask("POST", "/Users", ANN)]

        refused = [await gateway.ask("POST", "/Users", ANN), await gateway.ask("POST", "/Bulk", {})]
        others = await gateway.ask("GET", "/Users", token="another")
        discovery = await gateway.ask("GET", "/Schemas", token=None)

    assert [answer.status for answer in first] == [200, 201]
    assert [answer.error for answer in refused] == [(429, None)] * 2
    assert {answer.headers["retry-after"] for answer in refused} == {"1000"}
    assert (others.status, discovery.status) == (200, 200)
    assert len(gateway.store.writes) == 1


async def test_the_largest_page_is_a_setting_that_clients_are_told(settings: Settings) -> None:
    async with configured(settings.model_copy(update={"scim_max_page_size": 20})) as gateway:
        await gateway.ask("GET", "/Users?count=500")
        answer = await gateway.ask("GET", "/ServiceProviderConfig", token=None)

    assert gateway.store.searches[0].count == 20
    assert answer.json["filter"]["maxResults"] == 20
    assert answer.json["pagination"]["maxPageSize"] == 20
    assert answer.json["pagination"]["defaultPageSize"] == 20
