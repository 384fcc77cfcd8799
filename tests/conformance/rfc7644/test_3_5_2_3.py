"""PATCH replace: the RFC's examples and rules."""

import pytest
from support.scim_resources import GROUP, USER, after_patch, group, user

from scim.errors import NoTargetError
from scim.profile import STRICT

_WORK = {
    "type": "work",
    "streetAddress": "911 Universal City Plaza",
    "locality": "Hollywood",
    "primary": True,
}
_HOME = {"type": "home", "streetAddress": "456 Hollywood Blvd"}


def test_all_members_are_replaced() -> None:
    members = [{"value": "2819c223"}, {"value": "26118915", "type": "User"}]
    operation = {"op": "replace", "path": "members", "value": members}

    result = after_patch(GROUP, group({"value": "1"}), operation, profile=STRICT)

    assert result == group(*members)


def test_the_work_address_is_replaced() -> None:
    value = {"type": "work", "streetAddress": "1 Main Street", "primary": True}
    operation = {"op": "replace", "path": 'addresses[type eq "work"]', "value": value}

    result = after_patch(USER, user(addresses=[_WORK, _HOME]), operation, profile=STRICT)

    assert result == user(addresses=[value, _HOME])


def test_a_sub_attribute_of_the_work_address_is_replaced() -> None:
    operation = {
        "op": "replace",
        "path": 'addresses[type eq "work"].streetAddress',
        "value": "1010 Broadway Ave",
    }

    result = after_patch(USER, user(addresses=[_WORK, _HOME]), operation, profile=STRICT)

    assert result == user(addresses=[_WORK | {"streetAddress": "1010 Broadway Ave"}, _HOME])


def test_several_attributes_are_replaced_without_a_path() -> None:
    value = {"emails": [{"value": "bjensen@example.com", "primary": True}], "nickname": "Babs"}

    result = after_patch(
        USER, user(emails=[{"value": "a"}]), {"op": "replace", "value": value}, profile=STRICT
    )

    assert result == user(emails=value["emails"], nickName="Babs")


def test_what_is_not_there_is_added() -> None:
    operation = {"op": "replace", "path": "title", "value": "Guide"}

    assert after_patch(USER, user(), operation, profile=STRICT) == user(title="Guide")


def test_only_the_given_sub_attributes_of_a_complex_value_change() -> None:
    operation = {"op": "replace", "path": "name", "value": {"givenName": "Babs"}}
    current = user(name={"givenName": "Barbara", "familyName": "Jensen"})

    result = after_patch(USER, current, operation, profile=STRICT)

    assert result == user(name={"givenName": "Babs", "familyName": "Jensen"})


def test_a_filter_that_selects_nothing_has_no_target() -> None:
    operation = {"op": "replace", "path": 'addresses[type eq "work"].locality', "value": "X"}

    with pytest.raises(NoTargetError):
        after_patch(USER, user(addresses=[_HOME]), operation, profile=STRICT)
