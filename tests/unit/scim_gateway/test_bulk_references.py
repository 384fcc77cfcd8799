"""References by bulkId (RFC 7644 section 3.7.2)."""

from typing import Any

import orjson
import pytest

from scim.errors import InvalidValueError
from scim.registry import standard_registry
from scim_gateway.domain.bulk_operations import Method, Operation
from scim_gateway.domain.bulk_references import (
    is_usable,
    parted,
    references,
    resolved_body,
    resolved_target,
)

GROUP = standard_registry().resource_types[1]


def operation(data: Any, *, method: Method = Method.POST, target: str | None = None) -> Operation:
    return Operation(method, "x", GROUP, target, data, orjson.dumps(data), if_match=None)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param({"members": [{"value": "bulkId:a"}, {"value": "1"}]}, {"a"}, id="a member"),
        pytest.param({"x:y": {"manager": {"value": "bulkId:é"}}}, {"é"}, id="deep inside"),
        pytest.param({"tags": ["bulkId:a", "bulkId:b"]}, {"a", "b"}, id="values of an array"),
        pytest.param({"displayName": "see bulkId:a"}, set(), id="a text that mentions one"),
        pytest.param({"displayName": 'say "bulkId:a"'}, set(), id="a text that quotes one"),
        pytest.param({"displayName": "bulkId:"}, set(), id="a prefix alone"),
        pytest.param({"displayName": "BulkId:a"}, set(), id="another word"),
    ],
)
def test_a_value_that_is_a_reference_is_found(data: Any, found: set[str]) -> None:
    assert references(operation(data)) == found


def test_the_filter_of_a_patch_path_may_refer_too() -> None:
    data = {"Operations": [{"op": "remove", "path": 'members[value eq "bulkId:a"]'}]}
    patch = operation(data, method=Method.PATCH, target="bulkId:b")

    assert references(patch) == {"a", "b"}
    assert orjson.loads(resolved_body(patch.body, Method.PATCH, {"a": "17"})) == {
        "Operations": [{"op": "remove", "path": 'members[value eq "17"]'}]
    }


def test_only_references_are_resolved() -> None:
    data = {"displayName": 'a "bulkId:a" b', "members": [{"value": "bulkId:a"}, {"value": "a"}]}

    resolved = resolved_body(orjson.dumps(data), Method.POST, {"a": '"17\\'})

    assert orjson.loads(resolved) == {**data, "members": [{"value": '"17\\'}, {"value": "a"}]}


def test_a_reference_that_leads_nowhere_is_refused_without_being_named() -> None:
    body = orjson.dumps({"password": "bulkId:t1meMa$heen"})

    with pytest.raises(InvalidValueError) as refused:
        resolved_body(body, Method.POST, {})

    assert "t1meMa" not in str(refused.value)


def test_a_path_is_resolved_like_a_value() -> None:
    assert resolved_target(operation({}, target="bulkId:a"), {"a": "17"}) == "17"
    assert resolved_target(operation({}, target="18"), {"a": "17"}) == "18"


def test_a_post_is_parted_by_attributes_and_inside_extensions() -> None:
    data = {
        "userName": "ann",
        "externalId": "bulkId:later",
        "members": [{"value": "bulkId:later"}, {"value": "bulkId:now"}],
        "urn:x:y": {"department": "R&D", "manager": {"value": "bulkId:later"}},
    }

    now, later = parted(data, frozenset({"later"}))

    assert now == {"userName": "ann", "urn:x:y": {"department": "R&D"}}
    assert later == {
        "externalId": "bulkId:later",
        "members": [{"value": "bulkId:later"}, {"value": "bulkId:now"}],
        "urn:x:y": {"manager": {"value": "bulkId:later"}},
    }


@pytest.mark.parametrize("bulk_id", ["", 'a"b', "a\\b", "a\nb", "\x00"])
def test_a_bulk_id_that_json_would_escape_cannot_be_used(bulk_id: str) -> None:
    assert not is_usable(bulk_id)


@pytest.mark.parametrize("bulk_id", ["qwerty", "ytrewq:1", "é/ü", "a b"])
def test_any_other_bulk_id_can_be_used(bulk_id: str) -> None:
    assert is_usable(bulk_id)
