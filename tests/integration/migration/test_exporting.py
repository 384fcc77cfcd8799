"""`helio export`: out of a service provider that has index paging alone."""

from pathlib import Path

import pytest
from aiohttp import web
from support.index_paging_provider import IndexPagingProvider
from support.migrations import exported, names, resources_in

from helio.migration.access import Access
from helio.migration.client import ProviderError, opened
from helio.migration.provider import discovered


async def test_what_shifts_between_index_pages_is_noticed_and_read_again(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    people = [other.add("/Users", {"userName": f"user-{number}"}) for number in range(8)]

    def shift(request: web.Request) -> None:
        if request.query.get("startIndex") == "4" and people[0] in other.resources["/Users"]:
            # All that is behind moves to the front by one: the next page begins one too late.
            other.resources["/Users"].remove(people[0])

    other.before = shift
    path = tmp_path / "all.ndjson"

    users, _ = await exported(other, path)

    assert (users.walks, users.is_complete, users.gone) == (2, True, 1)
    assert names(resources_in(path)) == names(people)


async def test_an_export_goes_on_where_it_was(other: IndexPagingProvider, tmp_path: Path) -> None:
    people = [other.add("/Users", {"userName": f"user-{number}"}) for number in range(8)]
    path = tmp_path / "all.ndjson.gz"

    def refuse(request: web.Request) -> None:
        if request.query.get("startIndex") == "7":
            raise web.HTTPForbidden

    other.before = refuse
    with pytest.raises(ProviderError, match="403"):
        await exported(other, path)
    partial = path.with_name("all.ndjson.gz.partial")
    partial.write_bytes(partial.read_bytes() + b"of a page that was not finished")
    other.before, other.requests = None, []

    users, _ = await exported(other, path)

    assert users.written == 8
    assert names(resources_in(path)) == names(people)
    assert other.requests.count(("GET", "/scim/v2/Users")) == 1
    assert not partial.exists()


async def test_a_token_that_is_not_taken_is_told_without_the_token(
    other: IndexPagingProvider,
) -> None:
    async with opened(Access(other.base_uri, "wrong-token")) as client:
        with pytest.raises(ProviderError) as refused:
            await discovered(client)

    assert "401" in str(refused.value)
    assert "wrong-token" not in str(refused.value)
