"""How often a stream may be verified, and when one that nobody uses is paused (SSF 1.0, 8.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ssf_registrar.domain.members import whole_number

LIVENESS_MEMBERS: Final = ("min_verification_interval", "inactivity_timeout")
DEFAULT_MIN_VERIFICATION_INTERVAL: Final = 5
_A_DAY: Final = 24 * 60 * 60
_A_YEAR: Final = 365 * _A_DAY


@dataclass(frozen=True, slots=True)
class Liveness:
    """Seconds, of a transmit stream; without an `inactivity_timeout` it is never paused so."""

    min_verification_interval: int = DEFAULT_MIN_VERIFICATION_INTERVAL
    inactivity_timeout: int | None = None


def changed_liveness(current: Liveness, members: Mapping[str, object]) -> Liveness:
    """Return `current` with those of the members that are given; null stands for the default."""
    if "min_verification_interval" in members:
        interval = whole_number(members, "min_verification_interval", 0, _A_DAY)
        current = replace(
            current,
            min_verification_interval=(
                DEFAULT_MIN_VERIFICATION_INTERVAL if interval is None else interval
            ),
        )
    if "inactivity_timeout" in members:
        timeout = whole_number(members, "inactivity_timeout", 1, _A_YEAR)
        current = replace(current, inactivity_timeout=timeout)
    return current


def liveness_members(liveness: Liveness) -> dict[str, object]:
    """Return the members as JSON has them."""
    members: dict[str, object | None] = {
        "min_verification_interval": liveness.min_verification_interval,
        "inactivity_timeout": liveness.inactivity_timeout,
    }
    return {name: value for name, value in members.items() if value is not None}
