"""Which signals the receiver of some resources, or of some of their attributes, is told of."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from support.routed_sets import a_received_set
from support.told_changes import TYPES
from support.transmitter_events import NOW, a_stream, an_event

from secevent.caep_events import CREDENTIAL_CHANGE, SESSION_REVOKED
from secevent.risc_events import (
    ACCOUNT_DISABLED,
    ACCOUNT_PURGED,
    IDENTIFIER_CHANGED,
    RECOVERY_INFORMATION_CHANGED,
)
from set_transmitter.domain.derived_signals import signals_of
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.persons import PersonChange
from set_transmitter.domain.publications import Fresh, parse_publication
from set_transmitter.domain.received_sets import events_to_log
from set_transmitter.domain.streams import Stream, SubjectFormat
from set_transmitter.domain.tokens import security_event_token

TYPES_ASKED = frozenset(
    {
        SESSION_REVOKED,
        CREDENTIAL_CHANGE,
        ACCOUNT_DISABLED,
        ACCOUNT_PURGED,
        IDENTIFIER_CHANGED,
        RECOVERY_INFORMATION_CHANGED,
    }
)
EMPLOYEES = a_stream(events_delivered=TYPES_ASKED, feed=Feed('userType eq "Employee"', (), TYPES))
INSIDE, OUTSIDE = {"userType": "Employee"}, {"userType": "Guest"}
ANN = PersonChange(email_before="ann@example.com", email_after="ann@example.com")
MOVED = PersonChange(email_changed=True, email_before="a@old.example", email_after="a@new.example")


def shown(*attributes: str) -> Stream:
    return a_stream(
        events_delivered=TYPES_ASKED,
        feed=Feed("", attributes, TYPES),
        subject_format=SubjectFormat.EMAIL,
    )


def deactivation(after: dict[str, Any] | None, before: dict[str, Any] | None) -> list[Event]:
    event = an_event(
        kind="patch",
        state=None if after is None else orjson.dumps(after),
        replaced=None if before is None else orjson.dumps(before),
    )
    change = Change(event, "deactivate", routed=False, person=ANN)
    return signals_of(change, is_authority=False)


def deletion(before: dict[str, Any] | None) -> list[Event]:
    state = None if before is None else orjson.dumps(before)
    event = an_event(kind="delete", data=None, attributes=(), state=state)
    return signals_of(Change(event, None, routed=False, person=ANN), is_authority=False)


def told(stream: Stream, events: list[Event]) -> list[str]:
    return [event.event_type for event in events if stream.tells_of(event)]


DISABLED = [ACCOUNT_DISABLED, SESSION_REVOKED]
PURGED = [ACCOUNT_PURGED, SESSION_REVOKED]


@pytest.mark.parametrize(
    ("signals", "types"),
    [
        pytest.param(deactivation(INSIDE, {}), DISABLED, id="inside"),
        pytest.param(deactivation(OUTSIDE, {}), [], id="outside"),
        pytest.param(deactivation(OUTSIDE, INSIDE), DISABLED, id="leaving: the sessions are there"),
        pytest.param(deactivation(INSIDE, OUTSIDE), DISABLED, id="entering"),
        pytest.param(deactivation(OUTSIDE, None), [], id="outside, and nobody knows of before"),
        pytest.param(deactivation(None, None), [], id="nobody knows"),
        pytest.param(deletion(INSIDE), PURGED, id="deleted inside"),
        pytest.param(deletion(OUTSIDE), [], id="deleted outside"),
        pytest.param(deletion(None), [ACCOUNT_PURGED], id="deleted, and nobody knows"),
    ],
)
def test_a_feed_has_the_signals_of_its_people(signals: list[Event], types: list[str]) -> None:
    assert told(EMPLOYEES, signals) == types


def test_of_a_replaced_person_the_new_values_decide_too() -> None:
    put = an_event(kind="put", data=orjson.dumps(OUTSIDE), replaced=b"{}")
    change = Change(put, "deactivate", routed=False, person=ANN)

    assert told(EMPLOYEES, signals_of(change, is_authority=False)) == []


@pytest.mark.parametrize(
    ("attributes", "types"),
    [
        pytest.param(
            ("active", "emails", "password"),
            [*DISABLED, CREDENTIAL_CHANGE, IDENTIFIER_CHANGED],
            id="all of it",
        ),
        pytest.param(("active",), DISABLED, id="that somebody is deactivated"),
        pytest.param(("emails",), [IDENTIFIER_CHANGED], id="the address"),
        pytest.param(("title",), [], id="nothing that signals come of"),
    ],
)
def test_who_sees_some_attributes_has_the_signals_that_come_of_them(
    attributes: tuple[str, ...], types: list[str]
) -> None:
    person = replace(MOVED, password_changed=True)
    change = Change(an_event(kind="patch"), "deactivate", routed=False, person=person)

    assert told(shown(*attributes), signals_of(change, is_authority=True)) == types


def test_a_deletion_is_told_to_all_and_names_no_address_to_who_may_not_see_it() -> None:
    def subjects(stream: Stream) -> list[object]:
        seen = [stream.as_told(event) for event in deletion(INSIDE)]
        return [
            security_event_token(each, stream, jti="jti", iat=1).sub_id["format"]
            for each in seen
            if each is not None
        ]

    assert subjects(shown("title")) == ["iss_sub", "iss_sub"]
    assert subjects(shown("title", "emails")) == ["email", "email"]


@pytest.mark.parametrize("stream", [EMPLOYEES, shown("active", "emails")], ids=["feed", "views"])
def test_what_others_say_is_not_told_in_part(stream: Stream) -> None:
    sub_id = {"format": "scim", "uri": "/Users/ann"}
    body = {"sub_id": sub_id, "events": {SESSION_REVOKED: {"reason_admin": {"en": "Ann moved"}}}}
    published = parse_publication("default", body, Fresh(NOW, "txn")).event
    received = events_to_log(
        a_received_set(sub_id=sub_id, events=((SESSION_REVOKED, {}),)), now=NOW
    )

    assert told(stream, [published, *received]) == []
    assert told(replace(stream, feed=Feed()), [published, *received]) == [SESSION_REVOKED] * 2
