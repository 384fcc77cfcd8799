from typing import Any

import pytest

from heliograph_demo.comparison import deviations, differences

ADA = {"id": "1", "userName": "ada", "meta": {"created": "2026-01-01T00:00:00.000Z"}}


def test_equal_clusters_have_no_differences() -> None:
    assert differences({"/Users/1": ADA}, {"/Users/1": dict(ADA)}) == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(ADA, None, "/Users/1: only in A", id="a resource that is missing at B"),
        pytest.param(None, ADA, "/Users/1: only in B", id="a resource that is missing at A"),
        pytest.param(
            ADA,
            ADA | {"title": "Lady"},
            '/Users/1: title: A has nothing, B has "Lady"',
            id="an attribute that only B has",
        ),
        pytest.param(
            ADA,
            ADA | {"meta": {}},
            '/Users/1: meta: A has {"created":"2026-01-01T00:00:00.000Z"}, B has {}',
            id="another time of creation",
        ),
    ],
)
def test_each_difference_is_told(
    left: dict[str, Any] | None, right: dict[str, Any] | None, expected: str
) -> None:
    snapshots = ({} if each is None else {"/Users/1": each} for each in (left, right))

    assert differences(*snapshots) == [expected]


@pytest.mark.parametrize(
    ("meant", "held", "expected"),
    [
        pytest.param({"title": "x"}, {"title": "x", "id": "1"}, [], id="a server adds an id"),
        pytest.param(
            {"members": [{"value": "1"}, {"value": "2"}]},
            {"members": [{"value": "2", "$ref": "r"}, {"value": "1", "$ref": "s"}]},
            [],
            id="a server adds to members, in any order",
        ),
        pytest.param({"members": []}, {}, [], id="no members are no attribute"),
        pytest.param({"title": "x"}, None, ["is missing"], id="a resource that is missing"),
        pytest.param(
            {"active": False},
            {"active": True},
            ["active: asked for false, A has true"],
            id="another value",
        ),
        pytest.param(
            {"members": [{"value": "1"}]},
            {"members": [{"value": "1"}, {"value": "2"}]},
            ['members: asked for [{"value":"1"}], A has [{"value":"1"},{"value":"2"}]'],
            id="a member too many",
        ),
    ],
)
def test_what_was_asked_for_must_be_held(
    meant: dict[str, Any], held: dict[str, Any] | None, expected: list[str]
) -> None:
    assert deviations(meant, held) == expected
