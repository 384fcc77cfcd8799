"""What a storage finds (RFC 7644 section 3.4.2)."""

import pytest
from support.store_driver import StoreDriver

from scim.errors import InvalidFilterError, SensitiveError
from scim.messages import ENTERPRISE_USER_SCHEMA

DEPARTMENT = f"{ENTERPRISE_USER_SCHEMA}:department"
EVERYBODY = ["id-0001", "id-0002", "id-0003"]


@pytest.fixture
async def people(store: StoreDriver) -> StoreDriver:
    """Ada (id-0001), Grace (id-0002) and Joan (id-0003), and a team (id-0004) of Ada and Grace."""
    ada = await store.user(
        "ada",
        externalId="A-1",
        active=True,
        name={"familyName": "Lovelace"},
        emails=[{"value": "Ada@Example.com", "type": "work"}],
        **{ENTERPRISE_USER_SCHEMA: {"department": "Engines"}},
    )
    grace = await store.user(
        "grace",
        active=False,
        emails=[{"value": "grace@example.com", "type": "home"}],
        **{ENTERPRISE_USER_SCHEMA: {"department": "Compilers", "manager": {"value": ada.ref.id}}},
    )
    await store.user("joan", title="Engineer")
    await store.group("Team", ada, grace)
    return store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName eq "ADA"', ["id-0001"]),
        ('userName eq "nobody"', []),
        ('externalId eq "A-1"', ["id-0001"]),
        ('externalId eq "a-1"', []),
        ('id eq "id-0002"', ["id-0002"]),
        ("active eq true", ["id-0001"]),
        ("active eq false", ["id-0002"]),
        ('name.familyName eq "lovelace"', ["id-0001"]),
        ('emails.value eq "ada@example.com"', ["id-0001"]),
        ('emails eq "ada@example.com"', ["id-0001"]),
        ('emails[type eq "work" and value eq "ada@example.com"]', ["id-0001"]),
        ('emails[type eq "home" and value eq "ada@example.com"]', []),
        ('emails[type eq "home"].value eq "grace@example.com"', ["id-0002"]),
        (
            'schemas[value eq "urn:ietf:params:scim:schemas:core:2.0:User"]',
            EVERYBODY,
        ),
        (f'{DEPARTMENT} eq "engines"', ["id-0001"]),
        (f'{ENTERPRISE_USER_SCHEMA}:manager.value eq "id-0001"', ["id-0002"]),
        (f'id eq "id-0002" and {ENTERPRISE_USER_SCHEMA}:manager eq "id-0001"', ["id-0002"]),
        ('userName eq "ada" and active eq false', []),
        ('userName eq "ada" or userName eq "grace"', ["id-0001", "id-0002"]),
        ('userName eq "ada" or title co "gin"', ["id-0001", "id-0003"]),
        ('not (userName eq "ada")', ["id-0002", "id-0003"]),
        ('userName ne "ada"', ["id-0002", "id-0003"]),
        ("title pr", ["id-0003"]),
        ("title eq null", ["id-0001", "id-0002"]),
        ('userName sw "g" or userName ew "a"', ["id-0001", "id-0002"]),
        ('meta.resourceType eq "User"', EVERYBODY),
        ('meta.created ge "2027-01-15T08:00:00Z"', EVERYBODY),
        ('meta.created gt "2027-01-15T08:00:01Z"', []),
        ('groups.value eq "id-0004"', ["id-0001", "id-0002"]),
        ('groups.display eq "team"', ["id-0001", "id-0002"]),
        ("not (groups pr)", ["id-0003"]),
    ],
)
async def test_a_filter_finds_what_matches(
    people: StoreDriver, text: str, found: list[str]
) -> None:
    assert await people.found(text, "User") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('displayName eq "TEAM"', ["id-0004"]),
        ('members.value eq "id-0001"', ["id-0004"]),
        ('members eq "id-0003"', []),
        ('members[value eq "id-0002" and type eq "User"]', ["id-0004"]),
    ],
)
async def test_a_filter_finds_groups(people: StoreDriver, text: str, found: list[str]) -> None:
    assert await people.found(text, "Group") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, ["id-0001", "id-0002", "id-0003", "id-0004"]),
        ('meta.resourceType eq "Group"', ["id-0004"]),
        ('userName eq "ada"', ["id-0001"]),
        ('userName eq "ada" or displayName eq "Team"', ["id-0001", "id-0004"]),
        ("not (userName pr)", ["id-0004"]),
    ],
)
async def test_a_search_of_all_types_takes_what_one_lacks_for_unassigned(
    people: StoreDriver, text: str | None, found: list[str]
) -> None:
    assert await people.found(text) == found


async def test_found_resources_show_their_groups(people: StoreDriver) -> None:
    (found,) = (await people.search('userName eq "ada"', "User")).resources

    assert b'"groups":[{"value":"id-0004"' in found.attributes


@pytest.mark.parametrize("text", [None, "userName pr"], ids=["an index", "looking at each"])
async def test_pages_follow_each_other_and_each_tells_the_total(
    people: StoreDriver, text: str | None
) -> None:
    pages = [await people.search(text, "User", start_index=start, count=2) for start in (1, 3, 5)]

    assert [page.total for page in pages] == [3, 3, 3]
    ids = [[resource.ref.id for resource in page.resources] for page in pages]
    assert ids == [["id-0001", "id-0002"], ["id-0003"], []]


async def test_a_count_of_nothing_asks_for_the_total(people: StoreDriver) -> None:
    found = await people.search(None, "User", count=0)

    assert (found.total, found.resources) == (3, ())


async def test_an_index_follows_every_change(people: StoreDriver) -> None:
    (ada,) = (await people.search('userName eq "ada"', "User")).resources
    await people.patch(ada, {"op": "replace", "path": "userName", "value": "augusta"})

    assert await people.found('userName eq "ada"', "User") == []
    assert await people.found('userName eq "augusta"', "User") == [ada.ref.id]


async def test_a_deleted_resource_is_not_found(people: StoreDriver) -> None:
    (ada,) = (await people.search('userName eq "ada"', "User")).resources
    await people.delete(ada)

    assert await people.found('userName eq "ada"', "User") == []
    assert await people.found(None, "User") == ["id-0002", "id-0003"]


async def test_another_tenant_sees_nothing(people: StoreDriver) -> None:
    found = [await people.search(text, tenant="other") for text in (None, 'userName eq "ada"')]

    assert [page.total for page in found] == [0, 0]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('password eq "x"', SensitiveError),
        ('shoeSize eq "44"', InvalidFilterError),
        ("userName eq", InvalidFilterError),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(
    people: StoreDriver, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await people.search(text, "User")
