"""Intervals of index keys: what the ordering operators of filters, and `sw`, are of."""

from dataclasses import dataclass
from typing import Final

from resource_store.domain.keys import Key
from scim.filters import Operator

_LAST: Final = "\U0010ffff"
_SURROGATES: Final = range(0xD800, 0xE000)
_SHOWN: Final = 1000
"""meta.created and meta.lastModified are kept in microseconds, and shown in milliseconds."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The keys from `low` to `high`; None is no bound, and "no value" is in no interval."""

    low: Key | None = None
    high: Key | None = None
    includes_low: bool = True
    includes_high: bool = False


def compared(operator: Operator, key: Key) -> Interval | None:
    """Return the keys that stand so to `key`; None where they are no interval."""
    match operator:
        case Operator.GT:
            return Interval(low=key, includes_low=False)
        case Operator.GE:
            return Interval(low=key)
        case Operator.LT:
            return Interval(high=key)
        case Operator.LE:
            return Interval(high=key, includes_high=True)
    return None


def starting_with(prefix: str) -> Interval:
    """Return the texts, in the order of their code points, that start so."""
    stem = prefix.rstrip(_LAST)
    if not stem:
        return Interval(low=prefix)
    following = ord(stem[-1]) + 1
    if following in _SURROGATES:
        following = _SURROGATES.stop
    return Interval(low=prefix, high=stem[:-1] + chr(following))


def moments(operator: Operator, moment: int) -> Interval | None:
    """Return the moments, in microseconds, that are shown as standing so to `moment`."""
    before, after = -(-moment // _SHOWN) * _SHOWN, (moment // _SHOWN + 1) * _SHOWN
    match operator:
        case Operator.EQ:
            return Interval(low=before, high=after)
        case Operator.GT:
            return Interval(low=after)
        case Operator.GE:
            return Interval(low=before)
        case Operator.LT:
            return Interval(high=before)
        case Operator.LE:
            return Interval(high=after)
    return None


def both(one: Interval, other: Interval) -> Interval:
    """Return what is in both of two intervals of the same."""
    lows = [each for each in (one, other) if each.low is not None]
    highs = [each for each in (one, other) if each.high is not None]
    low = max(lows, key=lambda each: (each.low, not each.includes_low), default=Interval())
    high = min(highs, key=lambda each: (each.high, each.includes_high), default=Interval())
    return Interval(low.low, high.high, low.includes_low, high.includes_high)
