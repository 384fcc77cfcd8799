"""The CAEP and RISC signals that a change of a person makes (CAEP 1.0 section 3, RISC section 2).

They follow the SCIM events of the change in the log, whether or not a stream asks for them: so a
stream that is made at that moment misses none, and a repetition finds each at its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from secevent.caep_events import CREDENTIAL_CHANGE, SESSION_REVOKED
from secevent.risc_events import (
    ACCOUNT_DISABLED,
    ACCOUNT_ENABLED,
    ACCOUNT_PURGED,
    IDENTIFIER_CHANGED,
    RECOVERY_INFORMATION_CHANGED,
)
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.persons import PersonChange

PERSON: Final = "User"
"""The resource type whose changes make signals."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """What happened, by its event type, in words for administrators."""

    event_type: str
    reason: str
    attributes: tuple[str, ...] = ()
    """Of the person, those that it comes of: who may not see them is not told of it."""
    members: Mapping[str, object] = field(default_factory=dict)
    ends_sessions: bool = False
    email: str = ""
    """The subject, where it is an address whatever a stream asks for."""


_DISABLED: Final = _Fact(
    ACCOUNT_DISABLED, "The account was disabled.", ("active",), ends_sessions=True
)
_ENABLED: Final = _Fact(ACCOUNT_ENABLED, "The account was enabled.", ("active",))
_PURGED: Final = _Fact(ACCOUNT_PURGED, "The account was deleted.", ends_sessions=True)
_PASSWORD: Final = _Fact(
    CREDENTIAL_CHANGE,
    "The password was changed.",
    ("password",),
    {"credential_type": "password", "change_type": "update"},
    ends_sessions=True,
)
_RECOVERY: Final = _Fact(
    RECOVERY_INFORMATION_CHANGED, "The primary email address was changed.", ("emails",)
)


def asks_for_authority(change: Change) -> bool:
    """Tell whether the signals of a change depend on whose the addresses of its tenant are."""
    person = change.person
    return person is not None and person.email_changed and bool(person.email_before)


def signals_of(change: Change, *, is_authority: bool) -> list[Event]:
    """Return the signals to log of a change, in their order, after its SCIM events.

    `is_authority` says whether the tenant assigns its people's addresses (RISC 1.0 section 2.5).
    """
    event = change.event
    if not change.is_told or event.resource_type != PERSON or event.kind == "create":
        return []
    return [_signal(change, fact) for fact in _with_sessions(_facts(change, is_authority))]


def _facts(change: Change, is_authority: bool) -> Iterator[_Fact]:
    if change.event.kind == "delete":
        yield _PURGED
    if change.activation is not None:
        yield _ENABLED if change.activation == "activate" else _DISABLED
    if change.person is not None and change.event.kind in {"put", "patch"}:
        yield from _personal(change.person, is_authority=is_authority)


def _personal(person: PersonChange, *, is_authority: bool) -> Iterator[_Fact]:
    if person.password_changed:
        yield _PASSWORD
    for change_type in person.certificates:
        members = {"credential_type": "x509", "change_type": change_type}
        yield _Fact(
            CREDENTIAL_CHANGE, "The certificates were changed.", ("x509Certificates",), members
        )
    if person.email_changed:
        knows_both = is_authority and person.email_before
        yield _identifier(person) if knows_both else _RECOVERY


def _identifier(person: PersonChange) -> _Fact:
    members = {"new-value": person.email_after} if person.email_after else {}
    return replace(
        _RECOVERY, event_type=IDENTIFIER_CHANGED, members=members, email=person.email_before
    )


def _with_sessions(facts: Iterator[_Fact]) -> Iterator[_Fact]:
    """Let the first fact that ends all sessions be followed by that."""
    are_ended = False
    for fact in facts:
        yield fact
        if fact.ends_sessions and not are_ended:
            are_ended = True
            yield _Fact(SESSION_REVOKED, fact.reason, fact.attributes)


def _signal(change: Change, fact: _Fact) -> Event:
    event = change.event
    payload = {
        **fact.members,
        "event_timestamp": event.origin_clock // 1_000_000,
        "initiating_entity": "admin",
        "reason_admin": {"en": fact.reason},
    }
    email = fact.email or (change.person.email if change.person else "")
    return replace(
        event,
        kind="signal",
        external_id="",
        version_before="",
        version_after="",
        attributes=fact.attributes,
        data=orjson.dumps(payload),
        state=event.resource,
        event_type=fact.event_type,
        subject=orjson.dumps({"format": "email", "email": email}) if email else None,
    )
