"""Orders against that of scim2-models, an implementation of others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.filter_texts import NAMES
from support.scim2_oracle import Oracle
from support.specimens import SPECIMEN, specimens

from scim.errors import InvalidValueError
from scim.profile import STRICT
from scim.schema import AttributeType
from scim.sorting import sort_key, sort_paths

ORACLE = Oracle(SPECIMEN)
SORTABLE = [each.text for each in NAMES if each.compared.type is not AttributeType.BINARY]


def order(sort_by: str, resources: list[dict[str, Any]], *, is_descending: bool) -> list[str]:
    """Sort by our keys; what has none is last, and equals stay (RFC 7644 section 3.4.2.3)."""
    (path,) = sort_paths(sort_by, [SPECIMEN], profile=STRICT)
    assert path is not None

    def place(resource: dict[str, Any]) -> tuple[bool, Any]:
        key = sort_key(path, resource)
        return key is None, 0 if key is None else key

    return [each["id"] for each in sorted(resources, key=place, reverse=is_descending)]


@examples(300)
@given(
    st.lists(specimens, min_size=2, max_size=4),
    st.lists(st.sampled_from(SORTABLE), min_size=2, max_size=4),
    st.booleans(),
)
def test_resources_are_in_the_order_of_scim2_models(
    made: list[dict[str, Any]], names: list[str], is_descending: bool
) -> None:
    resources = [{**each, "id": f"s-{number}"} for number, each in enumerate(made)]
    read = [ORACLE.read(each) for each in resources]

    for sort_by in names:
        ours = order(sort_by, resources, is_descending=is_descending)
        theirs = ORACLE.order(sort_by, read, is_descending=is_descending)
        assert (sort_by, ours) == (sort_by, theirs)


@pytest.mark.parametrize("sort_by", ["home", "shoeSize", "meta", 'parts[type eq "a"]', "a..b", ""])
def test_what_scim2_models_cannot_sort_by_we_refuse(sort_by: str) -> None:
    assert not ORACLE.can_sort_by(sort_by)
    with pytest.raises(InvalidValueError):
        sort_paths(sort_by, [SPECIMEN], profile=STRICT)


def test_a_known_difference_is_that_we_sort_by_binary_values() -> None:
    """RFC 7644 section 3.4.2.2 refuses their order in a filter; 3.4.2.3 says nothing of them."""
    assert sort_paths("blob", [SPECIMEN], profile=STRICT)
    assert not ORACLE.can_sort_by("blob")
