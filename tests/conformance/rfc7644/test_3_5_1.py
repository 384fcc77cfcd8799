"""PUT: what becomes of attributes by their mutability."""

import pytest
from support.scim_resources import USER, user

from scim.errors import InvalidValueError
from scim.messages import USER_SCHEMA
from scim.profile import STRICT
from scim.validation import replaced

_CURRENT = user(externalId="bjensen", title="Guide", password="secret", groups=[{"value": "g"}])


def test_read_write_values_replace_and_what_is_omitted_is_cleared() -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "babs", "roles": []}

    result = replaced(USER, user(title="Guide", roles=[{"value": "r"}]), body, profile=STRICT)

    assert result == user(userName="babs")


def test_read_only_values_are_ignored() -> None:
    body = {"schemas": [USER_SCHEMA], "id": "x", "userName": "bjensen", "groups": [{"value": "x"}]}

    result = replaced(USER, _CURRENT, body, profile=STRICT)

    assert (result["id"], result["groups"]) == (_CURRENT["id"], _CURRENT["groups"])


def test_write_only_values_stay_when_they_are_omitted() -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "bjensen"}

    assert replaced(USER, _CURRENT, body, profile=STRICT)["password"] == "secret"


def test_required_values_must_be_there() -> None:
    with pytest.raises(InvalidValueError):
        replaced(USER, _CURRENT, {"schemas": [USER_SCHEMA], "title": "Guide"}, profile=STRICT)
