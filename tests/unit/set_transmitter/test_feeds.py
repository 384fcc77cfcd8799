"""What is told of a change to a stream whose feed is a part of all (RFC 9967 section 2.3)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.told_changes import TYPES, People
from support.transmitter_events import a_stream, an_event

from secevent.scim_events import ASYNC_RESPONSE, EMITTED, FEED_ADD, FEED_REMOVE
from set_transmitter.domain.events import Event
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.streams import OF_STREAMS, Stream

EMPLOYEES = Feed('userType eq "Employee"', (), TYPES)
EVERYTHING = a_stream(events_delivered=frozenset(EMITTED))
FILTERED = replace(EVERYTHING, feed=EMPLOYEES)
Made = Callable[[People], list[Event]]


def add(path: str, value: object) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def kinds_told(stream: Stream, events: list[Event], *, in_snapshot: bool = False) -> list[str]:
    told = (stream.as_told(event, in_snapshot=in_snapshot) for event in events)
    return [each.kind for each in told if each is not None]


ROWS = [
    pytest.param({}, lambda p: p.post("x", userType="Employee"), ["create"], id="POST inside"),
    pytest.param({}, lambda p: p.post("x"), [], id="POST outside"),
    pytest.param(
        {"ann": "Employee"},
        lambda p: p.put("ann", userType="Employee", title="Dr"),
        ["put"],
        id="PUT inside",
    ),
    pytest.param(
        {"ann": "Employee"}, lambda p: p.put("ann", userType="Employee"), [], id="PUT of the same"
    ),
    pytest.param(
        {"ann": "Employee"}, lambda p: p.patch("ann", add("title", "Dr")), ["patch"], id="PATCH in"
    ),
    pytest.param(
        {"ann": "Employee"},
        lambda p: p.patch("ann", add("userType", "Employee")),
        [],
        id="PATCH of nothing",
    ),
    pytest.param(
        {"ann": "Guest"}, lambda p: p.patch("ann", add("title", "Dr")), [], id="PATCH out"
    ),
    pytest.param({"ann": "Employee"}, lambda p: p.delete("ann"), ["delete"], id="DELETE inside"),
    pytest.param({"ann": "Guest"}, lambda p: p.delete("ann"), [], id="DELETE outside"),
    pytest.param(
        {"ann": "Employee"},
        lambda p: p.patch("ann", add("active", value=False)),
        ["patch", "deactivate"],
        id="deactivation inside",
    ),
    pytest.param(
        {"ann": "Guest"},
        lambda p: p.patch("ann", add("active", value=False)),
        [],
        id="deactivation outside",
    ),
    pytest.param(
        {"ann": "Guest"},
        lambda p: p.patch("ann", add("userType", "Employee"), add("active", value=False)),
        ["feed_add"],
        id="entering by PATCH",
    ),
    pytest.param(
        {"ann": "Guest"}, lambda p: p.put("ann", userType="Employee"), ["feed_add"], id="by PUT"
    ),
    pytest.param(
        {"ann": "Employee"},
        lambda p: p.patch("ann", add("userType", "Guest"), add("active", value=False)),
        ["feed_remove"],
        id="leaving by PATCH",
    ),
    pytest.param({"ann": "Employee"}, lambda p: p.put("ann"), ["feed_remove"], id="leaving by PUT"),
]


@pytest.mark.parametrize(("there", "make", "expected"), ROWS)
def test_a_filtered_stream_is_told_of(
    there: dict[str, str], make: Made, expected: list[str]
) -> None:
    people = People()
    for name, kind in there.items():
        people.post(name, userType=kind)

    assert kinds_told(FILTERED, make(people)) == expected


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda p: p.post("x"), ["create"], id="POST"),
        pytest.param(lambda p: p.put("ann", title="Dr"), ["put"], id="PUT"),
        pytest.param(lambda p: p.put("ann", userType="Guest"), [], id="PUT of the same"),
        pytest.param(lambda p: p.patch("ann", add("userType", "Employee")), ["patch"], id="PATCH"),
        pytest.param(lambda p: p.delete("ann"), ["delete"], id="DELETE"),
        pytest.param(
            lambda p: p.patch("ann", add("active", value=False)),
            ["patch", "deactivate"],
            id="deactivation",
        ),
    ],
)
def test_a_stream_without_a_filter_is_told_of(make: Made, expected: list[str]) -> None:
    people = People()
    people.post("ann", userType="Guest")

    assert kinds_told(EVERYTHING, make(people)) == expected


def test_what_enters_and_leaves_is_told_by_its_name_alone() -> None:
    people = People()
    people.post("ann", externalId="e-1")
    (entering,) = people.patch("ann", add("userType", "Employee"))
    (leaving,) = people.put("ann", externalId="e-2", userType="Guest")

    added, removed = FILTERED.as_told(entering), FILTERED.as_told(leaving)

    assert added is not None
    assert removed is not None
    assert (added.attributes, added.data, added.external_id) == ((), None, "e-1")
    assert (removed.attributes, removed.data, removed.external_id) == ((), None, "e-1")


@pytest.mark.parametrize("missing", [FEED_ADD, FEED_REMOVE])
def test_a_feed_event_that_is_not_requested_is_not_told(missing: str) -> None:
    people = People()
    people.post("ann")
    stream = replace(FILTERED, events_delivered=frozenset(EMITTED) - {missing})

    entering = people.patch("ann", add("userType", "Employee"))
    leaving = people.patch("ann", add("userType", "Guest"))

    expected = {FEED_ADD: ["feed_remove"], FEED_REMOVE: ["feed_add"]}[missing]
    assert kinds_told(stream, entering + leaving) == expected


@pytest.mark.parametrize(
    ("delivered", "kinds"),
    [
        pytest.param({FEED_ADD}, {"put", "patch"}, id="only what enters"),
        pytest.param({ASYNC_RESPONSE}, {"completion"}, id="no feed event"),
    ],
)
def test_a_filtered_stream_looks_at_all_by_which_something_moves(
    delivered: set[str], kinds: set[str]
) -> None:
    stream = replace(FILTERED, events_delivered=frozenset(delivered))

    assert stream.topics == kinds | OF_STREAMS
    assert "feed_add" not in replace(stream, feed=Feed()).topics


def test_a_completion_is_of_no_feed() -> None:
    assert FILTERED.as_told(an_event(kind="completion", data=b"{}")) is None


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(an_event(kind="patch"), [], id="a patch is not shown"),
        pytest.param(an_event(kind="delete", data=None), ["delete"], id="a deletion is"),
        pytest.param(an_event(kind="deactivate", data=None), [], id="a deactivation is not"),
        pytest.param(
            an_event(kind="put", data=b'{"userType":"employee"}'), ["put"], id="a put inside is"
        ),
        pytest.param(an_event(kind="put"), ["feed_remove"], id="after a put outside it is gone"),
    ],
)
def test_of_a_record_without_the_values_before_and_after(made: Event, expected: list[str]) -> None:
    assert kinds_told(FILTERED, [made]) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"userType":"Employee"}', ["create"], id="is created in it"),
        pytest.param(b'{"userType":"Guest"}', ["feed_remove"], id="has left it"),
    ],
)
def test_by_a_snapshot_a_resource(data: bytes, expected: list[str]) -> None:
    event = an_event(data=data)

    assert kinds_told(FILTERED, [event], in_snapshot=True) == expected
    told = FILTERED.as_told(event, in_snapshot=True)
    assert told is not None
    assert told.external_id == ("e-1" if told.kind == "create" else "")


def test_a_feed_may_be_of_one_resource_type() -> None:
    stream = replace(EVERYTHING, feed=Feed('meta.resourceType eq "Group"', (), TYPES))

    assert kinds_told(stream, [an_event(), an_event(resource_type="Group")]) == ["create"]


@pytest.mark.parametrize("resource_type", ["Unknown", "User"])
def test_nothing_is_shown_where_a_filter_cannot_be_judged(resource_type: str) -> None:
    stream = replace(EVERYTHING, feed=Feed("active gt true", (), TYPES))

    assert kinds_told(stream, [an_event(resource_type=resource_type)]) == []
