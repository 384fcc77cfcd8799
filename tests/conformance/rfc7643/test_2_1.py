"""Attribute names are case-insensitive."""

import pytest
from support.scim_resources import USER

from scim.errors import InvalidSyntaxError
from scim.messages import USER_SCHEMA
from scim.profile import STRICT
from scim.validation import created


@pytest.mark.parametrize("name", ["userName", "username", "USERNAME"])
def test_a_name_means_the_same_in_any_case(name: str) -> None:
    body = {"schemas": [USER_SCHEMA], name: "bjensen"}

    assert created(USER, body, profile=STRICT) == {"schemas": [USER_SCHEMA], "userName": "bjensen"}


def test_two_spellings_of_one_name_are_refused() -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "bjensen", "USERNAME": "jsmith"}

    with pytest.raises(InvalidSyntaxError):
        created(USER, body, profile=STRICT)
