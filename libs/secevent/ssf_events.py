"""The events of a stream itself (SSF 1.0 sections 8.1.4 and 8.1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from secevent.errors import InvalidRequestError
from secevent.json_members import optional_text_member, text_member

VERIFICATION: Final = "https://schemas.openid.net/secevent/ssf/event-type/verification"
STREAM_UPDATED: Final = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated"

_STATUSES: Final = ("enabled", "paused", "disabled")


@dataclass(frozen=True, slots=True)
class Verification:
    """The transmitter shows that the stream works; without a state, of its own accord."""

    state: str | None


@dataclass(frozen=True, slots=True)
class StreamUpdated:
    """The transmitter has changed, or is about to change, the stream's status."""

    status: str
    """enabled, paused or disabled."""
    reason: str | None


StreamEvent = Verification | StreamUpdated


def stream_subject(stream_id: str) -> dict[str, object]:
    """Return the subject identifier of a stream, by the id that its transmitter gave."""
    return {"format": "opaque", "id": stream_id}


def stream_event_of(
    sub_id: Mapping[str, object], events: Mapping[str, Mapping[str, object]]
) -> StreamEvent | None:
    """Return what a SET says of its stream; None when it says nothing of it.

    Raises `InvalidRequestError` when its subject is no stream, or the event not as it must be.
    """
    for uri, payload in events.items():
        event = _parsed(uri, payload)
        if event is not None:
            _check_subject(sub_id)
            return event
    return None


def _parsed(uri: str, payload: Mapping[str, object]) -> StreamEvent | None:
    if uri == VERIFICATION:
        return Verification(_state(payload))
    if uri == STREAM_UPDATED:
        return StreamUpdated(_status(payload), optional_text_member(payload, "reason"))
    return None


def _state(payload: Mapping[str, object]) -> str | None:
    state = payload.get("state")
    if state is not None and not isinstance(state, str):
        raise InvalidRequestError("state must be a string (SSF 1.0 section 8.1.4.1).")
    return state


def _status(payload: Mapping[str, object]) -> str:
    status = text_member(payload, "status")
    if status not in _STATUSES:
        raise InvalidRequestError(
            f"status must be one of {', '.join(_STATUSES)} (SSF 1.0 section 8.1.5)."
        )
    return status


def _check_subject(sub_id: Mapping[str, object]) -> None:
    if sub_id.get("format") != "opaque":
        raise InvalidRequestError(
            'sub_id must be {"format": "opaque", "id": the stream_id} (SSF 1.0 section 8.1.4.1).'
        )
