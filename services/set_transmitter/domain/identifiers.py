"""The jti of a SET: where its event is in the log, and for whom it was made.

So an acknowledgement finds its event without an index (RFC 8417 section 2.2).
"""

from typing import Final

from set_transmitter.domain.events import LoggedEvent

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def jti_of(epoch: str, position: int, stream_id: str) -> str:
    """Return the jti of the event at `position` of the log named `epoch`, for one stream."""
    return f"{epoch}-{_base36(position)}-{stream_id}"


def position_in(jti: str, *, epoch: str, stream_id: str) -> int | None:
    """Return the position that a jti of this log and stream names; None when it is not one."""
    digits = jti.removeprefix(f"{epoch}-").removesuffix(f"-{stream_id}")
    if not digits or len(digits) > 13 or not set(digits) <= set(_DIGITS):
        return None
    position = int(digits, 36)
    return position if jti_of(epoch, position, stream_id) == jti else None


def jti_in(logged: LoggedEvent, *, epoch: str, stream_id: str) -> str:
    """Return the jti of the SET that tells a stream of a logged event: its own if it has one."""
    event = logged.event
    if event.kind == "forwarded" and event.routed is not None:
        return event.routed.jti
    return jti_of(epoch, logged.position, stream_id)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
