"""The use cases over a store in memory."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from scim.messages import LIST_RESPONSE
from scim.projection import parse_projection
from scim.registry import standard_registry
from scim_gateway.commands.discover import Discover
from scim_gateway.commands.read_resource import Conditions, ReadResource
from scim_gateway.commands.search_resources import SearchResources
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.errors import (
    NotFoundError,
    PreconditionFailedError,
    StoreRefusedError,
)
from scim_gateway.domain.paging import CursorPage, IndexPage, Paging
from scim_gateway.domain.queries import Query
from scim_gateway.domain.representations import Representations
from scim_gateway.domain.resources import NotModified, Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Caller, Search
from scim_gateway.domain.writes import Create, Delete, Lifecycle, Transaction, Write
from scim_gateway.ports.schemas import Discovered

BASE = "https://scim.example.org/scim/v2"
SHOWING = Representations(BASE, standard_registry())
USER = standard_registry().resource_types[0]
CALLER = Caller("default", "admin")
TRANSACTION = Transaction("default", "0f3a", "")
LIFECYCLE = Lifecycle(retention_days=30, reuses_ids=False)
ANN = StoredResource(
    ResourceRef("User", "1"),
    b'{"id":"1","userName":"ann"}',
    'W/"a1-c2"',
    created=0,
    last_modified=0,
)


@dataclass
class OneUser:
    """Implements `ResourceStore`: it holds Ann, and notes what it is asked."""

    writes: list[Write] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    omitted: tuple[str, ...] | None = None

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        self.omitted = omitted_attributes
        if (tenant, ref) != ("default", ANN.ref):
            raise StoreRefusedError("RESOURCE_NOT_FOUND", "no such resource")
        return ANN

    async def write(self, write: Write) -> StoredResource | None:
        self.writes.append(write)
        return None if isinstance(write.change, Delete) else ANN

    async def search(self, search: Search) -> Page:
        self.searches.append(search)
        is_walk = isinstance(search.paging, CursorPage)
        return Page(1, (ANN,), next_cursor="bTRw" if is_walk else "", previous_cursor="")


class TwoTypes:
    """Implements `Schemas`."""

    async def read(self, tenant: str) -> Discovered:
        assert tenant == "default"
        return Discovered(
            resource_types=({"id": "User", "name": "User"}, {"id": "Group", "name": "Group"}),
            schemas=({"id": "urn:A:User", "meta": {"resourceType": "Schema"}},),
        )


async def reading(conditions: Conditions) -> object:
    command = ReadResource(OneUser(), SHOWING)
    return await command(USER, "1", tenant="default", projection=None, conditions=conditions)


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param(Conditions(), id="no condition"),
        pytest.param(Conditions(if_match='W/"a1-c2"'), id="the version that it has"),
        pytest.param(Conditions(if_match="*"), id="any version"),
        pytest.param(Conditions(if_none_match='"other"'), id="another version is held"),
    ],
)
async def test_a_resource_is_shown_when_the_conditions_allow_it(conditions: Conditions) -> None:
    assert await reading(conditions) == SHOWING.represent(ANN, projection=None)


@pytest.mark.parametrize("held", ['W/"a1-c2"', '"a1-c2"', '"x", W/"a1-c2"', "*"])
async def test_a_resource_that_the_client_holds_is_not_shown(held: str) -> None:
    expected = NotModified(f"{BASE}/Users/1", 'W/"a1-c2"')

    assert await reading(Conditions(if_none_match=held)) == expected


async def test_a_read_of_a_version_that_is_gone_fails() -> None:
    with pytest.raises(PreconditionFailedError):
        await reading(Conditions(if_match='W/"a0-c2"'))


async def test_a_read_says_what_it_will_not_show() -> None:
    store = OneUser()

    await ReadResource(store, SHOWING)(
        USER,
        "1",
        tenant="default",
        projection=parse_projection(["userName"], []),
        conditions=Conditions(),
    )

    assert store.omitted == ("members", "groups")


async def test_a_write_carries_its_transaction_and_the_profile() -> None:
    store = OneUser()
    change = Create("User", b'{"userName":"ann"}')

    shown = await WriteResource(store, SHOWING, strict=True, lifecycle=LIFECYCLE)(
        change, USER, transaction=TRANSACTION, projection=None
    )

    assert shown == SHOWING.represent(ANN, projection=None)
    assert store.writes == [
        Write(TRANSACTION, change, omitted_attributes=(), strict=True, lifecycle=LIFECYCLE)
    ]


async def test_a_deletion_leaves_nothing_to_show() -> None:
    shown = await WriteResource(OneUser(), SHOWING, strict=False, lifecycle=LIFECYCLE)(
        Delete(ANN.ref, None), USER, transaction=TRANSACTION, projection=None
    )

    assert shown is None


async def searching(store: OneUser, paging: Paging) -> dict[str, Any]:
    query = Query(filter='userName eq "ann"', sort=None, paging=paging, projection=None)
    command = SearchResources(store, SHOWING, strict=False, cursor_seconds=60)
    found: dict[str, Any] = json.loads(await command(query, [USER], caller=CALLER))
    assert [each["userName"] for each in found.pop("Resources")] == ["ann"]
    return found


async def test_a_search_shows_its_page() -> None:
    store = OneUser()

    found = await searching(store, IndexPage(start_index=1, count=50))

    page = {"totalResults": 1, "startIndex": 1, "itemsPerPage": 1}
    assert found == {"schemas": [LIST_RESPONSE], **page}
    assert store.searches == [
        Search(
            caller=CALLER,
            resource_types=("User",),
            filter='userName eq "ann"',
            sort=None,
            paging=IndexPage(1, 50),
            cursor_seconds=60,
            omitted_attributes=(),
            strict=False,
        )
    ]


async def test_a_walk_shows_where_it_goes_on_and_no_index() -> None:
    found = await searching(OneUser(), CursorPage("", count=1, is_count_chosen=True))

    page = {"totalResults": 1, "nextCursor": "bTRw", "itemsPerPage": 1}
    assert found == {"schemas": [LIST_RESPONSE], **page}


async def test_discovery_adds_locations() -> None:
    discover = Discover(TwoTypes(), BASE)

    assert await discover.resource_type("User", tenant="default") == {
        "id": "User",
        "name": "User",
        "meta": {"location": f"{BASE}/ResourceTypes/User"},
    }
    assert await discover.schema("URN:a:user", tenant="default") == {
        "id": "urn:A:User",
        "meta": {"resourceType": "Schema", "location": f"{BASE}/Schemas/urn:A:User"},
    }


async def test_discovery_of_what_is_not_there_says_where_to_look() -> None:
    discover = Discover(TwoTypes(), BASE)

    with pytest.raises(NotFoundError, match="see /ResourceTypes"):
        await discover.resource_type("user", tenant="default")
    with pytest.raises(NotFoundError, match="see /Schemas"):
        await discover.schema("urn:B", tenant="default")
