"""A Group with members."""

from typing import Any

from support.scim_resources import GROUP

from scim.messages import GROUP_SCHEMA
from scim.profile import STRICT
from scim.validation import created


def _member(user_id: str, name: str) -> dict[str, Any]:
    return {"value": user_id, "$ref": f"https://example.com/v2/Users/{user_id}", "display": name}


_GROUP: dict[str, Any] = {
    "schemas": [GROUP_SCHEMA],
    "id": "e9e30dba-f08f-4109-8486-d5c6a331660a",
    "displayName": "Tour Guides",
    "members": [
        _member("2819c223-7f76-453a-919d-413861904646", "Babs Jensen"),
        _member("902c246b-6245-4190-8e05-00816be7344a", "Mandy Pepperidge"),
    ],
    "meta": {"resourceType": "Group", "version": 'W/"3694e05e9dff592"'},
}


def test_the_group_can_be_created_and_what_its_members_are_called_is_derived() -> None:
    members = [{n: v for n, v in each.items() if n != "display"} for each in _GROUP["members"]]

    assert created(GROUP, _GROUP, profile=STRICT) == {
        "schemas": [GROUP_SCHEMA],
        "displayName": "Tour Guides",
        "members": members,
    }
