"""Which events a stream carries (SSF 1.0 section 8.1.1; RFC 9967 section 2)."""

from collections.abc import Sequence
from typing import Final

from secevent import scim_events
from secevent.signals import SIGNAL_TYPES, is_custom

_NOTICE_OF: Final = (
    (scim_events.CREATE_FULL, scim_events.CREATE_NOTICE),
    (scim_events.PUT_FULL, scim_events.PUT_NOTICE),
    (scim_events.PATCH_FULL, scim_events.PATCH_NOTICE),
)

EVENTS_SUPPORTED: Final = (*scim_events.EMITTED, *SIGNAL_TYPES)
"""What any stream may have, beside the types that applications define themselves."""


def events_supported(events_requested: Sequence[str]) -> tuple[str, ...]:
    """Return what a stream may have: of types that applications define, those that it requests."""
    return (*EVENTS_SUPPORTED, *(uri for uri in events_requested if is_custom(uri)))


def events_delivered(events_requested: Sequence[str], *, one_form: bool) -> tuple[str, ...]:
    """Return the supported ones of the requested events, in the order of those.

    With `one_form`, of the full event and the notice of one kind the notice alone is kept, since
    one change makes one event, and full content must be asked for by itself.
    """
    requested = set(events_requested)
    superseded = {full for full, notice in _NOTICE_OF if one_form and {full, notice} <= requested}
    supported = events_supported(events_requested)
    return tuple(uri for uri in supported if uri in requested - superseded)
