"""The order of a bulk request's operations (RFC 7644 section 3.7.1)."""

from typing import Any

import orjson
import pytest

from scim.errors import InvalidSyntaxError
from scim.registry import standard_registry
from scim_gateway.domain.bulk_operations import Malformed, Method, Operation
from scim_gateway.domain.bulk_plan import Completion, Creation, Whole, planned

USER, GROUP = standard_registry().resource_types


def post(bulk_id: str, *needed: str, user: bool = False, **attributes: Any) -> Operation:
    data = {**attributes, "members": [{"value": f"bulkId:{each}"} for each in needed]}
    resource_type = USER if user else GROUP
    return Operation(Method.POST, bulk_id, resource_type, None, data, orjson.dumps(data), None)


def change(method: Method, target: str, *, user: bool = False, body: bytes = b"{}") -> Operation:
    return Operation(method, None, USER if user else GROUP, target, {}, body, None)


def whole(*indexes: int) -> tuple[Whole, ...]:
    return tuple(map(Whole, indexes))


def test_operations_that_need_nothing_share_a_stage() -> None:
    assert planned([post("a"), post("b"), post("c")], in_order=False) == [whole(0, 1, 2)]


def test_what_is_needed_comes_before_wherever_it_stands() -> None:
    plan = planned([post("c", "b"), post("b", "a"), post("a")], in_order=False)

    assert plan == [whole(2), whole(1), whole(0)]


def test_what_needs_nothing_is_brought_forward_unless_all_is_to_be_in_order() -> None:
    operations = [post("a"), post("b", "a"), post("c")]

    assert planned(operations, in_order=False) == [whole(0, 2), whole(1)]
    assert planned(operations, in_order=True) == [whole(0), whole(1, 2)]


def test_all_of_a_circle_are_created_before_any_refers_to_another() -> None:
    operations = [post("d", "c"), post("a", "b"), post("b", "c"), post("c", "a", "e"), post("e")]

    plan = planned(operations, in_order=False)

    circle = (1, 2, 3)
    assert plan == [
        (Whole(4), Creation(1, circle), Creation(2, circle)),
        (Creation(3, circle),),
        tuple(Completion(index, circle) for index in circle),
        (Whole(0),),
    ]


def test_what_needs_itself_is_a_circle() -> None:
    plan = planned([post("a", "a")], in_order=False)

    assert plan == [(Creation(0, (0,)),), (Completion(0, (0,)),)]


def test_what_changes_a_part_of_a_circle_waits_until_that_is_complete() -> None:
    operations = [change(Method.PATCH, "bulkId:b"), post("a", "b"), post("b", "a")]

    *_, last = planned(operations, in_order=False)

    assert last == (Whole(0),)


def test_operations_on_one_resource_keep_their_order() -> None:
    operations = [
        post("a"),
        change(Method.PATCH, "bulkId:a"),
        change(Method.PATCH, "7"),
        change(Method.PUT, "bulkId:a"),
    ]

    assert planned(operations, in_order=False) == [whole(0, 2), whole(1, 3)]


def test_of_two_that_want_one_name_the_first_stays_first() -> None:
    operations = [
        post("boss", user=True, userName="boss"),
        post("a", "boss", user=True, userName="ann"),
        post("b", user=True, USERNAME="Ann"),
        post("c", user=True, userName="bob"),
    ]

    assert planned(operations, in_order=False) == [whole(0, 3), whole(1), whole(2)]


@pytest.mark.parametrize(
    "release",
    [
        pytest.param(change(Method.DELETE, "1", user=True), id="a deletion"),
        pytest.param(change(Method.PUT, "1", user=True), id="a replacement"),
        pytest.param(change(Method.PATCH, "1", user=True, body=b'{"UserName":""}'), id="a patch"),
    ],
)
def test_a_post_waits_for_what_may_release_the_name_that_it_wants(release: Operation) -> None:
    operations = [post("a", user=True), release, post("b", user=True), post("c")]

    assert planned(operations, in_order=False) == [whole(0, 1, 3), whole(2)]


def test_changes_that_name_no_unique_attribute_hold_nobody_up() -> None:
    operations = [
        post("a", user=True),
        change(Method.PATCH, "bulkId:a", user=True, body=b'{"title":"Dr"}'),
        post("b", user=True),
        change(Method.PATCH, "bulkId:b", user=True, body=b'{"title":"Dr"}'),
    ]

    assert planned(operations, in_order=False) == [whole(0, 2), whole(1, 3)]


def test_a_renaming_waits_for_deletions_and_not_for_other_renamings() -> None:
    operations = [
        change(Method.PUT, "1", user=True),
        change(Method.PUT, "2", user=True),
        change(Method.DELETE, "3", user=True),
        change(Method.PUT, "4", user=True),
    ]

    assert planned(operations, in_order=False) == [whole(0, 1, 2), whole(3)]


def test_what_names_a_resource_keeps_its_place_before_or_after_the_deletion_of_that() -> None:
    operations = [
        post("boss"),
        post("a", "boss", externalId="17"),
        change(Method.DELETE, "17"),
        post("b"),
        post("c", externalId="17"),
    ]

    assert planned(operations, in_order=False) == [whole(0, 3), whole(1, 2, 4)]


def test_what_is_malformed_or_refers_to_nothing_has_its_place_too() -> None:
    malformed = Malformed("POST", "a", InvalidSyntaxError("wrong"))

    assert planned([post("b", "a"), malformed], in_order=False) == [whole(0, 1)]


def test_a_chain_of_thousands_needs_no_deeper_stack() -> None:
    chain = [post(str(number), str(number + 1)) for number in range(5000)]

    plan = planned(chain, in_order=False)

    assert plan == [whole(index) for index in reversed(range(5000))]
