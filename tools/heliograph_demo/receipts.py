"""What a receiving cluster's receipts say of lag and throughput."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helio.api import Api

_PAGE = 1000
_MICROSECONDS = 1e6
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How events arrived and took effect."""

    sets: int
    lag_p50: float
    lag_p99: float
    """Seconds from the change at its origin until it was applied."""
    applied_per_second: float


async def arrivals(api: Api) -> Arrivals:
    """Read all receipts of a cluster. Raises `ApiError`."""
    rows: list[_Row] = []
    after = ""
    while True:
        url = api.url("set-receiver", f"/admin/v1/receipts?limit={_PAGE}&after={after}")
        page = await api.call("GET", url)
        rows += page["receipts"]
        after = page["next"]
        if not after:
            return summary(rows)


def summary(rows: Sequence[_Row]) -> Arrivals:
    """Return the figures of settled receipts."""
    settled = [row for row in rows if row["settled"]]
    lags = sorted(
        (row["settled"] - row["origin_clock"]) / _MICROSECONDS
        for row in settled
        if row["origin_clock"]
    )
    began = min((row["received"] for row in settled), default=0)
    ended = max((row["settled"] for row in settled), default=0)
    seconds = (ended - began) / _MICROSECONDS
    return Arrivals(
        sets=len(rows),
        lag_p50=_percentile(lags, 0.5),
        lag_p99=_percentile(lags, 0.99),
        applied_per_second=len(settled) / seconds if seconds else 0.0,
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    if not ordered:
        return 0.0
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]
