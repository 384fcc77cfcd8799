"""Ids of new resources (RFC 7643 section 3.1): UUIDs of version 7 (RFC 9562 section 5.7)."""

import secrets
import uuid
from collections.abc import Callable

_RANDOM_BITS = 74
_LOWER_BITS = 62
_VERSION = 7 << 76
_VARIANT = 0b10 << 62


def new_id(now: Callable[[], int]) -> str:
    """Return an id that sorts behind those of earlier milliseconds, and that nobody can guess.

    `now` gives microseconds since 1970. In indexes new ids are neighbours, so that a commit of
    many new resources writes few pages.
    """
    chance = secrets.randbits(_RANDOM_BITS)
    upper, lower = chance >> _LOWER_BITS, chance & ((1 << _LOWER_BITS) - 1)
    time = (now() // 1000) << 80
    return str(uuid.UUID(int=time | _VERSION | upper << 64 | _VARIANT | lower))
