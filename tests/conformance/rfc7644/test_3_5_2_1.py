"""PATCH add: the RFC's examples."""

from support.scim_resources import GROUP, USER, after_patch, group, user

from scim.profile import STRICT

_REFERENCE = "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"


def test_a_member_is_added() -> None:
    member = {"value": "2819c223-7f76-453a-919d-413861904646", "$ref": _REFERENCE}
    operation = {"op": "add", "path": "members", "value": [{"display": "Babs Jensen"} | member]}

    result = after_patch(GROUP, group({"value": "1"}), operation, profile=STRICT)

    assert result == group({"value": "1"}, member)


def test_attributes_are_added_without_a_path() -> None:
    value = {
        "emails": [{"value": "babs@jensen.org", "type": "home"}],
        "nickname": "Babs",
    }
    current = user(emails=[{"value": "bjensen@example.com", "type": "work"}])

    result = after_patch(USER, current, {"op": "add", "value": value}, profile=STRICT)

    assert result == user(
        emails=[
            {"value": "bjensen@example.com", "type": "work"},
            {"value": "babs@jensen.org", "type": "home"},
        ],
        nickName="Babs",
    )


def test_a_value_that_is_there_already_changes_nothing() -> None:
    current = group({"value": "1", "type": "User"})

    result = after_patch(
        GROUP, current, {"op": "add", "path": "members", "value": [{"value": "1"}]}, profile=STRICT
    )

    assert result == current
