"""Times on the command line."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from helio.times import microseconds_given, shown_time

HALF_PAST_NINE = 1_769_851_800_000_000


@pytest.mark.parametrize(
    "text", ["2026-01-31T09:30:00Z", "2026-01-31T09:30", "2026-01-31T10:30:00+01:00"]
)
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    assert microseconds_given(text) == HALF_PAST_NINE


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
    ],
)
def test_a_duration_is_so_long_ago(text: str, ago: timedelta) -> None:
    earliest = datetime.now(UTC) - ago

    given = microseconds_given(text)

    assert earliest.timestamp() <= given / 1_000_000 <= (datetime.now(UTC) - ago).timestamp()


@pytest.mark.parametrize("text", ["noon", "", "15", "15x", "-2h"])
def test_what_is_no_time_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 2026-01-31T09:30:00Z, or 15m"):
        microseconds_given(text)


def test_a_time_is_shown_to_the_millisecond() -> None:
    assert shown_time(HALF_PAST_NINE + 1500) == "2026-01-31T09:30:00.001+00:00"
    assert shown_time(0) == "–"
