"""What an application publishes: one event, of CAEP, RISC or a type of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from secevent.errors import InvalidRequestError
from secevent.json_members import object_value
from secevent.signals import check_signal
from secevent.subjects import resource_of, validate_subject
from set_transmitter.domain.events import Event
from set_transmitter.domain.lanes import lane

REMEMBERED: Final = 7 * 24 * 60 * 60 * 1_000_000
"""For how many microseconds a repetition is recognised."""

_MEMBERS: Final = ("sub_id", "events", "txn")
_LONGEST_TXN: Final = 200
_LONGEST_SUBJECT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Publication:
    """An event to log, and by what a repetition of it is recognised; None where by nothing."""

    event: Event
    identity: str | None

    @property
    def digest(self) -> str:
        """What two publications of one identity must agree in."""
        return hashlib.sha256(self.event.data or b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was published before under the same identity, by its digest."""

    digest: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the clock, chance and the request give; the `txn` is for what brings none."""

    at: int
    txn: str
    traceparent: str = ""


def parse_publication(tenant: str, body: Mapping[str, object], fresh: Fresh) -> Publication:
    """Return the publication that a request body asks for.

    Raises `InvalidRequestError` with the path of the first member that is wrong.
    """
    for name in body:
        if name not in _MEMBERS:
            raise InvalidRequestError(
                f"{name[:100]} is no member of this: there are {', '.join(_MEMBERS)}"
            )
    sub_id = _sub_id(body)
    event_type, payload = _event(body)
    check_signal(event_type, payload, sub_id)
    txn = _txn(body)
    subject = _subject(sub_id)
    event = Event(
        tenant=tenant,
        kind="signal",
        resource_type="",
        subject_uri=lane(sub_id),
        external_id="",
        txn=txn or fresh.txn,
        origin_clock=fresh.at,
        origin_cluster="",
        lineage=(),
        version_before="",
        version_after="",
        attributes=(),
        data=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS),
        traceparent=fresh.traceparent,
        committed=fresh.at,
        event_type=event_type,
        subject=subject,
    )
    return Publication(event, None if txn is None else _identity(event_type, subject))


def _sub_id(body: Mapping[str, object]) -> dict[str, object]:
    if "sub_id" not in body:
        raise InvalidRequestError(
            "sub_id is missing: it must be a subject identifier (RFC 9493), such as"
            ' {"format": "email", "email": "ann@example.com"}'
        )
    try:
        return _checked_subject(body["sub_id"])
    except InvalidRequestError as error:
        raise InvalidRequestError(f"sub_id: {error.description}") from None


def _checked_subject(value: object) -> dict[str, object]:
    sub_id = validate_subject(value)
    if sub_id["format"] == "phone":
        raise InvalidRequestError("format must be phone_number (RFC 9493 section 3.2.5)")
    if sub_id["format"] == "scim":
        resource_of(sub_id)
    return sub_id


def _subject(sub_id: Mapping[str, object]) -> bytes:
    subject = orjson.dumps(sub_id, option=orjson.OPT_SORT_KEYS)
    if len(subject) > _LONGEST_SUBJECT:
        raise InvalidRequestError(f"sub_id must have at most {_LONGEST_SUBJECT:,} bytes of JSON")
    return subject


def _event(body: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    events = object_value(body.get("events"), "events")
    if len(events) != 1:
        raise InvalidRequestError(
            "events must have exactly one member: the URI of an event type, with its payload"
        )
    ((event_type, payload),) = events.items()
    return event_type, object_value(payload, f'events["{event_type[:200]}"]')


def _txn(body: Mapping[str, object]) -> str | None:
    txn = body.get("txn")
    if txn is None:
        return None
    is_text = isinstance(txn, str) and 0 < len(txn) <= _LONGEST_TXN and txn.isprintable()
    if not isinstance(txn, str) or not is_text:
        raise InvalidRequestError(
            f"txn must be a string of 1 to {_LONGEST_TXN} characters, none of them a control"
            " character"
        )
    return txn


def _identity(event_type: str, subject: bytes) -> str:
    return hashlib.sha256(b"%b\n%b" % (event_type.encode(), subject)).hexdigest()
