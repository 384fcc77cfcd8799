"""By what a resource is recognised elsewhere."""

from typing import Any

import pytest

from helio.migration.keys import Key, all_keys_of, keys_of
from helio.migration.type_rules import rules_of, standard_types

USER, GROUP = rules_of(standard_types(), ())


@pytest.mark.parametrize(
    ("resource", "keys"),
    [
        pytest.param(
            {"externalId": "HR-1", "userName": "Ann", "displayName": "Ann"},
            (Key("externalId", "HR-1"), Key("userName", "Ann", case_exact=False)),
            id="an externalId and unique attributes, and then no displayName",
        ),
        pytest.param(
            {"username": "Ann"},
            (Key("userName", "Ann", case_exact=False),),
            id="names in whatever case",
        ),
        pytest.param({"externalId": "", "userName": 7}, (), id="nothing that is no text"),
    ],
)
def test_a_user_has_keys(resource: dict[str, Any], keys: tuple[Key, ...]) -> None:
    assert keys_of(USER, resource) == keys


def test_a_group_is_recognised_by_its_name_only_where_it_has_nothing_better() -> None:
    weak = Key("displayName", "Team", case_exact=False, is_strong=False)

    assert keys_of(GROUP, {"displayName": "Team"}) == (weak,)
    assert keys_of(GROUP, {"displayName": "Team", "externalId": "g"}) == (Key("externalId", "g"),)
    assert weak in all_keys_of(GROUP, {"displayName": "Team", "externalId": "g"})


def test_values_are_compared_as_the_schema_says() -> None:
    assert Key("userName", "ANN", case_exact=False).folded == "ann"
    assert Key("externalId", "ANN").folded == "ANN"


def test_a_filter_holds_any_value() -> None:
    assert Key("userName", 'a"b\\c').filter() == r'userName eq "a\"b\\c"'
