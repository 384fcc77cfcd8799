from typing import Any

from heliograph_demo.receipts import Arrivals, summary

SECOND = 1_000_000
NOON = 1_800_000_000


def test_nothing_received_gives_noughts() -> None:
    assert summary([]) == Arrivals(sets=0, lag_p50=0, lag_p99=0, applied_per_second=0)


def test_lag_is_counted_from_the_origin_and_rate_from_the_first_arrival() -> None:
    rows = [_row(received=NOON + number, lag=number) for number in range(1, 101)]

    figures = summary([*rows, _row(received=NOON, lag=None)])

    assert (figures.sets, figures.lag_p50, figures.lag_p99) == (101, 50.0, 99.0)
    assert figures.applied_per_second == 100 / 99


def _row(*, received: int, lag: int | None) -> dict[str, Any]:
    """Return a receipt that was settled when it was received; one without a lag still waits."""
    settled = 0 if lag is None else received
    return {
        "received": received * SECOND,
        "settled": settled * SECOND,
        "origin_clock": (received - (lag or 0)) * SECOND,
    }
