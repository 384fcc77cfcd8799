"""What a storage finds, and in which order, against scim2-models, an implementation of others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from support.examples import drawn
from support.filter_texts import Name, filters, names_of
from support.scim2_oracle import Oracle
from support.scim_resources import USER
from support.specimens import VALUES, values
from support.store_driver import StoreDriver

from resource_store.domain.representations import for_filtering
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.schema import AttributeType

ORACLE: Final = Oracle(USER)
ENTERPRISE: Final = USER.extensions[0].schema
NAMED: Final = "userName externalId displayName active title userType emails phoneNumbers name"
WORDS: Final = st.sampled_from([word for word in VALUES[AttributeType.STRING] if word])
EXTRA: Final = ("department", "employeeNumber")


def names() -> list[Name]:
    """Return the names of what there are indexes for, and of some for which there are none."""
    own = [each for each in USER.schema.attributes if each.name in NAMED.split()]
    extra = [each for each in ENTERPRISE.attributes if each.name in EXTRA]
    common = [each for each in USER.common if each.name != "schemas"]
    return [*names_of((*own, *common), ""), *names_of(extra, f"{ENTERPRISE_USER_SCHEMA}:")]


NAMES: Final = names()


def people() -> list[dict[str, Any]]:
    own = {each.name: values(each) for each in USER.schema.attributes if each.name in NAMED.split()}
    del own["userName"]
    extra = st.fixed_dictionaries({}, optional=dict.fromkeys(EXTRA, WORDS))
    given = {**own, "externalId": WORDS, ENTERPRISE_USER_SCHEMA: extra}
    return drawn(st.fixed_dictionaries({}, optional=given), 40)


@pytest.fixture
async def everybody(store: StoreDriver) -> Sequence[Mapping[str, Any]]:
    """Give people as the store has them, in the order of their ids."""
    for number, person in enumerate(people()):
        word = VALUES[AttributeType.STRING][number % 5]
        await store.user(f"{word}-{number}", **person)
    found = (await store.search(None, "User")).resources
    return [for_filtering(each, store.registry.endpoints) for each in found]


async def test_a_search_finds_whom_scim2_models_finds(
    store: StoreDriver, everybody: Sequence[Mapping[str, Any]]
) -> None:
    read = [ORACLE.read(person) for person in everybody]

    for text in drawn(filters(NAMES), 150):
        theirs = [person.id for person in read if ORACLE.holds(text, person)]
        assert (text, await store.found(text, "User")) == (text, theirs)


@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
async def test_a_search_sorts_as_scim2_models_sorts(
    store: StoreDriver, everybody: Sequence[Mapping[str, Any]], *, is_descending: bool
) -> None:
    read = [ORACLE.read(person) for person in everybody]
    # What is equal stays as it was, and backwards it is in the reverse order of the ids.
    given = read[::-1] if is_descending else read

    for sort_by in [name.text for name in NAMES]:
        page = await store.search(None, "User", sort_by=sort_by, is_descending=is_descending)
        theirs = ORACLE.order(sort_by, given, is_descending=is_descending)
        assert (sort_by, [each.ref.id for each in page.resources]) == (sort_by, theirs)
