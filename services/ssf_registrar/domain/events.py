"""Which events a stream carries (SSF 1.0 section 8.1.1; RFC 9967 section 2)."""

from collections.abc import Sequence
from typing import Final

from secevent import scim_events

_NOTICE_OF: Final = (
    (scim_events.CREATE_FULL, scim_events.CREATE_NOTICE),
    (scim_events.PUT_FULL, scim_events.PUT_NOTICE),
    (scim_events.PATCH_FULL, scim_events.PATCH_NOTICE),
)

EVENTS_SUPPORTED: Final = scim_events.EMITTED


def events_delivered(events_requested: Sequence[str], *, one_form: bool) -> tuple[str, ...]:
    """Return the supported ones of the requested events, in the order of `EVENTS_SUPPORTED`.

    With `one_form`, of the full event and the notice of one kind the notice alone is kept, since
    one change makes one event, and full content must be asked for by itself.
    """
    requested = set(events_requested)
    superseded = {full for full, notice in _NOTICE_OF if one_form and {full, notice} <= requested}
    return tuple(uri for uri in EVENTS_SUPPORTED if uri in requested - superseded)
