"""The signals that changes of people make, and the SETs that tell of them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import a_transmitter

from secevent import caep_events as caep
from secevent import risc_events as risc
from secevent.provenance import Provenance
from secevent.scim_events import DEACTIVATE, PATCH_FULL
from secevent.signals import check_signal
from set_transmitter.domain.derived_signals import signals_of
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.persons import PersonChange
from set_transmitter.domain.streams import SubjectFormat
from set_transmitter.domain.tokens import event_type, security_event_token

ANN = PersonChange(email_before="ann@example.com", email_after="ann@example.com")
MOVED = PersonChange(email_changed=True, email_before="a@old.example", email_after="a@new.example")
STREAM = a_stream()
PROVENANCE = Provenance(NOW, "aaaaaaaa", ("aaaaaaaa",), "")
BY_EMAIL = a_stream(subject_format=SubjectFormat.EMAIL)


def a_change(kind: Any = "patch", **about: Any) -> Change:
    given: dict[str, Any] = {"activation": None, "routed": False, "person": ANN}
    return Change(an_event(kind=kind), **given | about)


def types(change: Change, *, is_authority: bool = False) -> list[str]:
    return [event.event_type for event in signals_of(change, is_authority=is_authority)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            a_change(activation="deactivate"),
            [risc.ACCOUNT_DISABLED, caep.SESSION_REVOKED],
            id="deactivated",
        ),
        pytest.param(a_change(activation="activate"), [risc.ACCOUNT_ENABLED], id="activated"),
        pytest.param(a_change("delete"), [risc.ACCOUNT_PURGED, caep.SESSION_REVOKED], id="deleted"),
        pytest.param(
            a_change("delete", erased=True),
            [risc.ACCOUNT_PURGED, caep.SESSION_REVOKED],
            id="deleted and erased since",
        ),
        pytest.param(
            a_change(person=PersonChange(password_changed=True)),
            [caep.CREDENTIAL_CHANGE, caep.SESSION_REVOKED],
            id="another password",
        ),
        pytest.param(
            a_change("put", person=PersonChange(certificates=("create", "delete"))),
            [caep.CREDENTIAL_CHANGE, caep.CREDENTIAL_CHANGE],
            id="another certificate",
        ),
        pytest.param(
            a_change(
                activation="deactivate",
                person=PersonChange(password_changed=True, email_changed=True),
            ),
            [
                risc.ACCOUNT_DISABLED,
                caep.SESSION_REVOKED,
                caep.CREDENTIAL_CHANGE,
                risc.RECOVERY_INFORMATION_CHANGED,
            ],
            id="several at once, the sessions once",
        ),
        pytest.param(a_change(), [], id="something else"),
        pytest.param(a_change("create", person=MOVED), [], id="created"),
        pytest.param(a_change("completion", person=None), [], id="a completion"),
        pytest.param(a_change(activation="deactivate", routed=True), [], id="told already"),
        pytest.param(a_change(activation="deactivate", erased=True), [], id="erased since"),
    ],
)
def test_a_change_makes_the_signals(change: Change, told: list[str]) -> None:
    assert types(change) == told


def test_the_deletion_of_a_group_makes_none() -> None:
    change = a_change("delete")
    group = replace(change, event=replace(change.event, resource_type="Group"))

    assert types(group) == []


def test_a_signal_is_valid_and_says_when_who_and_why() -> None:
    disabled, revoked = signals_of(a_change(activation="deactivate"), is_authority=False)

    for event in (disabled, revoked):
        payload = orjson.loads(event.data or b"")
        check_signal(event.event_type, payload, {"format": "iss_sub"})
        assert payload == {
            "event_timestamp": NOW // 1_000_000,
            "initiating_entity": "admin",
            "reason_admin": {"en": "The account was disabled."},
        }
        assert (event.txn, event.subject_uri, event.committed) == ("txn-1", "/Users/ann", NOW)


def test_the_kind_of_credential_is_told() -> None:
    person = PersonChange(password_changed=True, certificates=("delete",))

    signals = signals_of(a_change(person=person), is_authority=False)
    told = [orjson.loads(event.data or b"") for event in signals]

    assert [(each.get("credential_type"), each.get("change_type")) for each in told] == [
        ("password", "update"),
        (None, None),
        ("x509", "delete"),
    ]


def set_of(event: Event, stream: Any = STREAM) -> dict[str, Any]:
    token = security_event_token(event, stream, jti="jti-1", iat=7)
    assert list(token.events) == [event_type(event, stream)] == [event.event_type]
    assert (token.txn, token.provenance) == ("txn-1", PROVENANCE)
    return dict(token.sub_id)


def test_a_person_is_named_as_the_stream_says() -> None:
    event, _ = signals_of(a_change(activation="deactivate"), is_authority=False)

    assert set_of(event) == {"format": "iss_sub", "iss": STREAM.iss, "sub": "ann"}
    assert set_of(event, BY_EMAIL) == {"format": "email", "email": "ann@example.com"}


def test_a_person_without_an_address_is_named_by_the_id() -> None:
    event, _ = signals_of(a_change("delete", person=PersonChange()), is_authority=False)

    assert set_of(event, BY_EMAIL) == {"format": "iss_sub", "iss": STREAM.iss, "sub": "ann"}


def test_the_authority_tells_of_another_address_by_the_former_one() -> None:
    (event,) = signals_of(a_change(person=MOVED), is_authority=True)

    assert event.event_type == risc.IDENTIFIER_CHANGED
    assert orjson.loads(event.data or b"")["new-value"] == "a@new.example"
    assert set_of(event) == {"format": "email", "email": "a@old.example"}


@pytest.mark.parametrize(
    ("person", "is_authority"),
    [
        pytest.param(MOVED, False, id="not the authority"),
        pytest.param(replace(MOVED, email_before=""), True, id="the former one is not known"),
    ],
)
def test_others_tell_that_the_information_changed(
    person: PersonChange, *, is_authority: bool
) -> None:
    (event,) = signals_of(a_change(person=person), is_authority=is_authority)

    assert event.event_type == risc.RECOVERY_INFORMATION_CHANGED
    assert "new-value" not in orjson.loads(event.data or b"")


async def test_signals_follow_the_scim_events_of_their_change_in_the_log() -> None:
    transmitter = a_transmitter()
    transmitter.authorities.tenants = {"default"}
    wanted = {PATCH_FULL, DEACTIVATE, caep.SESSION_REVOKED, risc.IDENTIFIER_CHANGED}
    stream = a_stream(events_delivered=frozenset(wanted))
    await transmitter.configure(stream)

    told = await transmitter.take_in(
        [a_change(activation="deactivate", person=MOVED)], feed_cursor="1"
    )

    assert told == {stream.stream_id}
    assert [logged.event.topic for logged in transmitter.log.events] == [
        "patch",
        "deactivate",
        risc.ACCOUNT_DISABLED,
        caep.SESSION_REVOKED,
        risc.IDENTIFIER_CHANGED,
    ]
    outbox = transmitter.outbox(stream)
    assert outbox.pending == 4
    assert [one.position for one in outbox.backlog.take(10, now=0)] == [1]
