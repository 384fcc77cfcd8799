"""Queries (RFC 7644 sections 3.4.2 and 3.4.3)."""

from typing import Any

import pytest

from scim.errors import (
    InvalidCountError,
    InvalidCursorError,
    InvalidSyntaxError,
    InvalidValueError,
    ScimError,
)
from scim.messages import SEARCH_REQUEST
from scim.projection import parse_projection
from scim_gateway.domain.paging import CursorPage, IndexPage, PageSizes
from scim_gateway.domain.queries import Query, parse_query, parse_search_request
from scim_gateway.domain.sorting import Sort

EVERYTHING = Query(filter=None, sort=None, paging=IndexPage(1, 100), projection=None)


def searching(**members: Any) -> Query:
    return parse_search_request({"schemas": [SEARCH_REQUEST], **members})


def test_no_parameters_ask_for_the_first_page_of_everything() -> None:
    assert parse_query([]) == EVERYTHING
    assert searching() == EVERYTHING


def test_unknown_parameters_and_an_order_of_nothing_are_ignored() -> None:
    parameters = [("sortOrder", "descending"), ("colour", "red")]

    assert parse_query(parameters) == EVERYTHING
    assert searching(sortOrder="descending", colour="red") == EVERYTHING


@pytest.mark.parametrize(
    ("order", "is_descending"),
    [(None, False), ("ascending", False), ("descending", True), ("Descending", True)],
)
def test_an_order_is_ascending_unless_it_is_said_to_be_descending(
    order: str | None, is_descending: bool
) -> None:
    given = [("sortOrder", order)] if order else []
    members = {"sortOrder": order} if order else {}

    wanted = Sort("name.familyName", is_descending)

    assert parse_query([("sortBy", "name.familyName"), *given]).sort == wanted
    assert searching(sortBy="name.familyName", **members).sort == wanted


@pytest.mark.parametrize(
    "members",
    [
        {"sortBy": ""},
        {"sortBy": 5},
        {"sortBy": ["userName"]},
        {"sortOrder": "up"},
        {"sortOrder": 1},
    ],
)
def test_sort_parameters_of_another_form_are_refused_by_name(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError) as refused:
        searching(**members)

    assert refused.value.attribute_path == next(iter(members))


@pytest.mark.parametrize(
    ("given", "page"),
    [
        pytest.param(("3", "20"), (3, 20), id="as asked"),
        pytest.param(("0", "0"), (1, 0), id="an index below 1 is 1, and no resources at all"),
        pytest.param(("-7", "-1"), (1, 0), id="a negative count is 0"),
        pytest.param(("1", "5000"), (1, 1000), id="a count above the limit is the limit"),
        pytest.param(("9" * 30, "+5"), (2**32 - 1, 5), id="an index beyond any end"),
    ],
)
def test_pages_are_brought_within_bounds(given: tuple[str, str], page: tuple[int, int]) -> None:
    start_index, count = given

    by_uri = parse_query([("startIndex", start_index), ("count", count)])
    by_message = searching(startIndex=int(start_index), count=int(count))

    assert by_uri.paging == by_message.paging == IndexPage(*page)


@pytest.mark.parametrize(
    ("maximum", "asked", "given"),
    [(50, None, 50), (50, "80", 50), (500, None, 100), (500, "80", 80)],
)
def test_the_largest_page_is_a_setting(maximum: int, asked: str | None, given: int) -> None:
    sizes = PageSizes(maximum)
    counts = {} if asked is None else {"count": int(asked)}

    by_uri = parse_query([("count", asked)] if asked else [], sizes=sizes)
    by_message = parse_search_request({"schemas": [SEARCH_REQUEST], **counts}, sizes=sizes)

    assert by_uri.paging == by_message.paging == IndexPage(1, given)


@pytest.mark.parametrize("text", ["", "ten", "1.5", "\u0661", "1_0", " 1", "9" * 5000])
@pytest.mark.parametrize("name", ["count", "startIndex"])
def test_a_page_of_another_form_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        parse_query([(name, text)])

    assert refused.value.attribute_path == name


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        pytest.param({"count": "10"}, InvalidValueError, id="a count that is text"),
        pytest.param({"count": True}, InvalidValueError, id="a count that is a boolean"),
        pytest.param({"startIndex": 1.5}, InvalidValueError, id="an index that is a fraction"),
        pytest.param({"filter": 5}, InvalidValueError, id="a filter that is a number"),
        pytest.param({"attributes": [1]}, InvalidValueError, id="attributes that are numbers"),
        pytest.param({"attributes": {}}, InvalidValueError, id="attributes that are an object"),
        pytest.param({"schemas": ["urn:other"]}, InvalidSyntaxError, id="another message"),
        pytest.param({"schemas": SEARCH_REQUEST}, InvalidSyntaxError, id="schemas as text"),
        pytest.param({"schemas": None}, InvalidSyntaxError, id="no schemas"),
    ],
)
def test_a_search_request_with_a_wrong_member_is_refused_by_its_name(
    member: dict[str, Any], kind: type[ScimError]
) -> None:
    with pytest.raises(kind) as refused:
        searching(**member)

    assert refused.value.attribute_path == next(iter(member))


def test_parameters_name_what_to_show() -> None:
    wanted = parse_projection(["userName", "emails.value"], [])

    assert parse_query([("attributes", "userName, emails.value")]).projection == wanted
    assert (
        parse_query([("attributes", "userName"), ("attributes", "emails.value")]).projection
        == wanted
    )
    assert searching(attributes=["userName", "emails.value"]).projection == wanted
    assert searching(attributes="userName,emails.value").projection == wanted


def test_parameters_name_what_not_to_show() -> None:
    wanted = parse_projection([], ["members"])

    assert parse_query([("excludedAttributes", "members")]).projection == wanted
    assert searching(excludedAttributes=["members"]).projection == wanted


def test_empty_lists_of_names_ask_for_everything() -> None:
    assert parse_query([("attributes", ""), ("excludedAttributes", " , ")]) == EVERYTHING
    assert searching(attributes=[], excludedAttributes=None) == EVERYTHING


def test_attributes_and_excluded_attributes_exclude_each_other() -> None:
    with pytest.raises(InvalidValueError):
        parse_query([("attributes", "userName"), ("excludedAttributes", "members")])


def test_the_first_of_repeated_parameters_counts() -> None:
    assert parse_query([("count", "3"), ("count", "5")]).paging.count == 3


def test_member_names_of_a_search_request_are_taken_in_any_case() -> None:
    query = parse_search_request({"SCHEMAS": [SEARCH_REQUEST], "startindex": 4, "Count": 2})

    assert query.paging == IndexPage(4, 2)


def test_a_cursor_asks_for_a_page_of_a_walk() -> None:
    first = CursorPage("", count=100, is_count_chosen=False)
    second = CursorPage("Zk9x", count=20, is_count_chosen=True)

    assert parse_query([("cursor", "")]).paging == first
    assert searching(cursor="").paging == first
    assert parse_query([("cursor", "Zk9x"), ("count", "20")]).paging == second
    assert searching(cursor="Zk9x", count=20).paging == second


@pytest.mark.parametrize(
    ("count", "asked"),
    [
        pytest.param("-7", 0, id="a negative count is 0"),
        pytest.param("5000", 1000, id="a count above the limit is the limit"),
    ],
)
def test_a_count_of_a_walk_is_brought_within_bounds(count: str, asked: int) -> None:
    page = CursorPage("", asked, is_count_chosen=True)

    assert parse_query([("cursor", ""), ("count", count)]).paging == page


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        pytest.param({"cursor": "", "count": "ten"}, InvalidCountError, id="a count that is text"),
        pytest.param({"cursor": "", "count": 1.5}, InvalidCountError, id="a fractional count"),
        pytest.param({"cursor": 7}, InvalidCursorError, id="a cursor that is a number"),
        pytest.param({"cursor": ["x"]}, InvalidCursorError, id="a cursor that is a list"),
        pytest.param({"cursor": "", "startIndex": 1}, InvalidValueError, id="an index as well"),
    ],
)
def test_a_walk_asked_for_wrongly_is_refused(
    members: dict[str, Any], kind: type[ScimError]
) -> None:
    with pytest.raises(kind):
        searching(**members)


def test_a_count_that_is_no_number_is_told_as_the_mode_has_it() -> None:
    with pytest.raises(InvalidCountError):
        parse_query([("cursor", ""), ("count", "ten")])
    with pytest.raises(InvalidValueError):
        parse_query([("count", "ten")])
