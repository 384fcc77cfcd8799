"""PATCH remove: the RFC's examples and rules."""

import pytest
from support.scim_resources import GROUP, USER, after_patch, group, user

from scim.errors import MutabilityError, NoTargetError
from scim.profile import STRICT

_MEMBERS = ({"value": "2819c223", "type": "User"}, {"value": "902c246b", "type": "User"})
_EMAILS = [
    {"type": "work", "value": "babs@example.com"},
    {"type": "work", "value": "babs@example.org"},
    {"type": "home", "value": "babs@jensen.org"},
]


def test_one_member_is_removed() -> None:
    operation = {"op": "remove", "path": 'members[value eq "2819c223"]'}

    assert after_patch(GROUP, group(*_MEMBERS), operation, profile=STRICT) == group(_MEMBERS[1])


def test_all_members_are_removed() -> None:
    operation = {"op": "remove", "path": "members"}

    assert after_patch(GROUP, group(*_MEMBERS), operation, profile=STRICT) == group()


def test_a_value_is_removed_by_a_filter_of_two_terms() -> None:
    operation = {"op": "remove", "path": 'emails[type eq "work" and value ew "example.com"]'}

    result = after_patch(USER, user(emails=_EMAILS), operation, profile=STRICT)

    assert result == user(emails=_EMAILS[1:])


def test_one_member_makes_way_for_another() -> None:
    result = after_patch(
        GROUP,
        group(*_MEMBERS),
        {"op": "remove", "path": 'members[value eq "2819c223"]'},
        {"op": "add", "path": "members", "value": [{"value": "08e1d05d"}]},
        profile=STRICT,
    )

    assert result == group(_MEMBERS[1], {"value": "08e1d05d"})


def test_a_path_is_needed() -> None:
    with pytest.raises(NoTargetError):
        after_patch(USER, user(), {"op": "remove"}, profile=STRICT)


def test_what_is_required_cannot_be_removed() -> None:
    with pytest.raises(MutabilityError):
        after_patch(USER, user(), {"op": "remove", "path": "userName"}, profile=STRICT)
