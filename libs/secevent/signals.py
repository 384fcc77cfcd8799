"""The signals that are not SCIM's: those of CAEP 1.0 and RISC 1.0, and types of anybody's own."""

import re
from collections.abc import Mapping
from typing import Final

from secevent import caep_events, risc_events
from secevent.caep_events import CAEP_EVENTS, COMMON_MEMBERS
from secevent.errors import InvalidRequestError
from secevent.event_members import EventMember, check_members
from secevent.risc_events import ABOUT_IDENTIFIERS, RISC_EVENTS

SCIM_PREFIX: Final = "urn:ietf:params:scim:event:"
SSF_PREFIX: Final = "https://schemas.openid.net/secevent/ssf/event-type/"

_TYPES: Final[Mapping[str, Mapping[str, EventMember]]] = {**CAEP_EVENTS, **RISC_EVENTS}
SIGNAL_TYPES: Final = tuple(_TYPES)
"""The event types of CAEP and RISC."""

_STANDARDS: Final = {"CAEP 1.0": caep_events.PREFIX, "RISC 1.0": risc_events.PREFIX}
_TRANSMITTERS_OWN: Final = {"SCIM": SCIM_PREFIX, "SSF": SSF_PREFIX}
_ABSOLUTE_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>\\^`{|}]+")
_LONGEST_URI: Final = 1_000


def is_custom(uri: str) -> bool:
    """Tell whether a URI names an event type of somebody's own, rather than of a standard here."""
    prefixes = (*_STANDARDS.values(), *_TRANSMITTERS_OWN.values())
    is_absolute = len(uri) <= _LONGEST_URI and _ABSOLUTE_URI.fullmatch(uri) is not None
    return is_absolute and not uri.lower().startswith(prefixes)


def check_signal(
    uri: str, payload: Mapping[str, object], sub_id: Mapping[str, object], *, place: str = "events"
) -> None:
    """Raise `InvalidRequestError` unless an application may tell of this event.

    `sub_id` is a valid subject identifier; `place` is the path of the object that has the event.
    """
    _check_type(uri, place)
    if uri in _TYPES:
        path = f'{place}["{uri}"]'
        check_members(payload, {**_TYPES[uri], **COMMON_MEMBERS}, place=path)
    if uri in ABOUT_IDENTIFIERS and sub_id.get("format") not in {"email", "phone_number"}:
        raise InvalidRequestError(
            f"sub_id.format must be email or phone_number: {uri} is about an identifier"
            " (RISC 1.0 section 2)"
        )


def _check_type(uri: str, place: str) -> None:
    if uri in _TYPES or is_custom(uri):
        return
    shown = uri[:200]
    if uri == risc_events.SESSIONS_REVOKED:
        raise InvalidRequestError(
            f"{place} has {shown}, which is deprecated: use {caep_events.SESSION_REVOKED}"
        )
    for name, prefix in _TRANSMITTERS_OWN.items():
        if uri.lower().startswith(prefix):
            raise InvalidRequestError(
                f"{place} has {shown}: events of {name} are made by the transmitter itself"
            )
    for name, prefix in _STANDARDS.items():
        if uri.lower().startswith(prefix):
            known = ", ".join(
                each.removeprefix(prefix) for each in _TYPES if each.startswith(prefix)
            )
            raise InvalidRequestError(f"{place} has {shown}: {name} has only {known}")
    raise InvalidRequestError(
        f"{place} has {shown!r}: the name of a member must be an absolute URI"
        f" of at most {_LONGEST_URI:,} characters"
    )
