"""A receiver that follows the events of a stream has what the stream's feed has (RFC 9967)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.told_changes import TYPES, USER, People
from support.transmitter_events import a_stream

from scim.evaluation import matches
from scim.filters import parse_filter
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.patch import parse_patch, patched
from scim.profile import TOLERANT
from scim.projection import Projection, projected
from secevent.scim_events import EMITTED, PROVISIONING_FULL, PROVISIONING_NOTICE
from set_transmitter.domain.events import Event
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.streams import Stream

DEPARTMENT = f"{ENTERPRISE_USER_SCHEMA}:department"
FULL = frozenset(EMITTED) - PROVISIONING_NOTICE
NOTICES = frozenset(EMITTED) - PROVISIONING_FULL
FILTERS = st.sampled_from(
    [
        'userType eq "a"',
        'userType eq "a" and not (active eq false)',
        'title pr or emails[type eq "work"]',
        f'{DEPARTMENT} eq "a" or name.familyName sw "B"',
        'userName eq "x" or externalId ne "a"',
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        (),
        ("userName", "title"),
        ("userName", "emails", "active"),
        ("userName", "name.familyName", DEPARTMENT),
        ("userName", "name", ENTERPRISE_USER_SCHEMA, "externalId"),
    ]
)
WORDS = st.sampled_from(["a", "b"])
EMAILS = st.lists(
    st.fixed_dictionaries(
        {"value": st.sampled_from(["a@example.com", "b@example.com"])},
        optional={"type": st.sampled_from(["work", "home"])},
    ),
    max_size=2,
    unique_by=lambda email: email["value"],
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "userType": WORDS,
    "title": WORDS,
    "externalId": WORDS,
    "active": st.booleans(),
    "name": st.fixed_dictionaries({}, optional={"familyName": WORDS, "givenName": WORDS}),
    "emails": EMAILS,
    ENTERPRISE_USER_SCHEMA: st.fixed_dictionaries({}, optional={"department": WORDS}),
}
OPERATIONS = st.one_of(
    *(
        st.fixed_dictionaries({"op": st.just("replace"), "path": st.just(path), "value": value})
        for path, value in [
            *((path, value) for path, value in VALUES.items() if ":" not in path),
            ("name.familyName", WORDS),
            (DEPARTMENT, WORDS),
        ]
    ),
    st.fixed_dictionaries(
        {
            "op": st.just("remove"),
            "path": st.sampled_from(["userType", "title", "name", "emails", DEPARTMENT]),
        }
    ),
)
NAMES = st.sampled_from(["x", "y", "z"])
BODIES = st.fixed_dictionaries({}, optional=VALUES)
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, BODIES),
    st.tuples(st.just("patch"), NAMES, st.lists(OPERATIONS, min_size=1, max_size=2)),
    st.tuples(st.just("delete"), NAMES, st.none()),
)


@dataclass
class Receiver:
    """Does what RFC 9967 says: it applies what it is told, and reads what it is pointed to."""

    people: People
    stream: Stream
    has: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, events: Sequence[Event], *, in_snapshot: bool = False) -> None:
        for event in events:
            told = self.stream.as_told(event, in_snapshot=in_snapshot)
            if told is not None:
                self._apply(told)

    def _apply(self, event: Event) -> None:
        key = event.resource_id
        match event.kind:
            case "delete" | "feed_remove":
                self.has.pop(key, None)
            case "activate" | "deactivate":
                return
            case "create" | "put" if self.stream.is_full(event.kind) and event.data:
                self.has[key] = json.loads(event.data)
            case "patch" if self.stream.is_full(event.kind) and event.data:
                operations = parse_patch(json.loads(event.data), USER, profile=TOLERANT)
                self.has[key] = patched(USER, self.has[key], operations, profile=TOLERANT)
            case _:
                self._read(key)

    def _read(self, key: str) -> None:
        found = self.people.get(key)
        if found is not None:
            self.has[key] = self._shown(found)

    def should_have(self) -> dict[str, dict[str, Any]]:
        text = self.stream.feed.filter
        there = {key: self.people.get(key) or {} for key in self.people.stored}
        if text:
            wanted = parse_filter(text, USER)
            there = {key: found for key, found in there.items() if matches(wanted, found)}
        return {key: self._shown(found) for key, found in there.items()}

    def _shown(self, resource: dict[str, Any]) -> dict[str, Any]:
        attributes = self.stream.feed.attributes
        if not attributes:
            return resource
        names = frozenset(path.lower() for path in ("schemas", *attributes))
        return projected(USER, resource, Projection(names, None))


def changed(people: People, step: tuple[str, str, Any]) -> list[Event]:
    how, key, given_value = step
    match how, key in people.stored:
        case "write", True:
            return people.put(key, **given_value)
        case "write", False:
            return people.post(key, **given_value)
        case "patch", True:
            return people.patch(key, *given_value)
        case "delete", True:
            return people.delete(key)
        case _:
            return []


def comparable(resources: dict[str, dict[str, Any]], *, loosely: bool) -> Any:
    """Return resources to compare: of a part, schemas may name what is not shown of it."""
    if not loosely:
        return resources
    return {
        key: {name: value for name, value in each.items() if name != "schemas"}
        for key, each in resources.items()
    }


@examples(60)
@given(st.lists(STEPS, max_size=12), FILTERS | st.just(""), ATTRIBUTES)
def test_with_full_events_that_are_applied_at_once(
    steps: list[tuple[str, str, Any]], text: str, attributes: tuple[str, ...]
) -> None:
    people = People()
    stream = a_stream(events_delivered=FULL, feed=Feed(text, attributes, TYPES))
    receiver = Receiver(people, stream)

    for step in steps:
        receiver.take(changed(people, step))
        assert comparable(receiver.has, loosely=bool(attributes)) == comparable(
            receiver.should_have(), loosely=bool(attributes)
        )


@examples(60)
@given(st.lists(STEPS, max_size=12), FILTERS | st.just(""), ATTRIBUTES)
def test_with_notices_that_are_followed_late(
    steps: list[tuple[str, str, Any]], text: str, attributes: tuple[str, ...]
) -> None:
    people = People()
    stream = a_stream(events_delivered=NOTICES, feed=Feed(text, attributes, TYPES))
    receiver = Receiver(people, stream)

    events = [event for step in steps for event in changed(people, step)]
    receiver.take(events)

    assert receiver.has == receiver.should_have()


@examples(30)
@given(st.lists(STEPS, max_size=12), FILTERS, FILTERS)
def test_after_another_filter_by_a_snapshot(
    steps: list[tuple[str, str, Any]], first: str, second: str
) -> None:
    people = People()
    receiver = Receiver(people, a_stream(events_delivered=FULL, feed=Feed(first, (), TYPES)))
    for step in steps:
        receiver.take(changed(people, step))

    receiver.stream = a_stream(events_delivered=FULL, feed=Feed(second, (), TYPES))
    for key in people.stored:
        receiver.take(_as_it_is(people, key), in_snapshot=True)

    assert receiver.has == receiver.should_have()


def _as_it_is(people: People, key: str) -> list[Event]:
    """Return what a snapshot tells of a person (`resource_store.domain.snapshots.creation`)."""
    again = People()
    found = people.get(key) or {}
    body = {name: value for name, value in found.items() if name not in {"id", "schemas"}}
    return again.post(key, **body)
