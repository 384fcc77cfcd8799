"""The jti of a SET: where its event is in the log, and for whom it was made.

So an acknowledgement finds its event without an index (RFC 8417 section 2.2).
"""

from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_DIGITS: Final = 13


def jti_of(epoch: str, position: int, stream_id: str, generation: int = 0) -> str:
    """Return the jti of the event at `position` of the log named `epoch`, for one stream.

    Each reissue has a generation of its own, which is in the jti unless it is 0.
    """
    place = _base36(position)
    if generation:
        place = f"{place}_{_base36(generation)}"
    return f"{epoch}-{place}-{stream_id}"


def position_in(jti: str, *, epoch: str, stream_id: str) -> int | None:
    """Return the position that a jti of this log and stream names; None when it is not one.

    Of which generation it is, and whether there was that one, is not looked at.
    """
    place = jti.removeprefix(f"{epoch}-").removesuffix(f"-{stream_id}")
    digits, separator, generation = place.partition("_")
    if not _is_base36(digits) or (separator and not _is_base36(generation)):
        return None
    position, generation_number = int(digits, 36), int(generation or "0", 36)
    return position if jti_of(epoch, position, stream_id, generation_number) == jti else None


def _is_base36(digits: str) -> bool:
    return bool(digits) and len(digits) <= _MOST_DIGITS and set(digits) <= set(_DIGITS)


def place_of(jti: str) -> tuple[str, int] | None:
    """Return the stream and the position that a jti of any log names; None when it is not one."""
    epoch, _, rest = jti.partition("-")
    _, _, stream_id = rest.partition("-")
    if not stream_id:
        return None
    position = position_in(jti, epoch=epoch, stream_id=stream_id)
    return None if position is None else (stream_id, position)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
