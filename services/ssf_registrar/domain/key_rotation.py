"""Changing the key that a tenant signs with: published first, used later (RFC 7517 section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.members import check_members, optional_text, whole_number
from ssf_registrar.domain.streams import SIGNING_ALGORITHMS

DEFAULT_SECONDS: Final = 600
"""Twice as long as caches may keep a key set: whoever has one then knows the new key."""
_MOST_SECONDS: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Rotation:
    """Which keys are changed, and in how many seconds the new ones are used."""

    algorithms: tuple[str, ...]
    use_after_seconds: int

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> Self:
        """Return what a body asks for; one without members, all keys after the usual time."""
        check_members(body, ("algorithm", "use_after_seconds"))
        algorithm = optional_text(body, "algorithm")
        if algorithm is not None and algorithm not in SIGNING_ALGORITHMS:
            raise InvalidRequestError(f"algorithm must be one of {', '.join(SIGNING_ALGORITHMS)}")
        seconds = whole_number(body, "use_after_seconds", 0, _MOST_SECONDS)
        return cls(
            SIGNING_ALGORITHMS if algorithm is None else (algorithm,),
            DEFAULT_SECONDS if seconds is None else seconds,
        )


@dataclass(frozen=True, slots=True)
class NextKey:
    """A key that has been published; seconds since 1970 from which on it is signed with."""

    kid: str
    algorithm: str
    signs_from: int
