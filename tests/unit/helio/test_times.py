"""Times on the command line."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from helio.times import microseconds_given, moment_ahead, seconds_given, shown_time

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


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-01-31T09:30:00Z", "2030-01-31T09:30:00+00:00"),
        ("2030-01-31", "2030-01-31T00:00:00+00:00"),
        ("2030-01-31T10:30:00+01:00", "2030-01-31T10:30:00+01:00"),
        ("never", "never"),
    ],
)
def test_an_end_is_written_as_rfc_3339_has_it(text: str, moment: str) -> None:
    assert moment_ahead(text) == moment


def test_an_end_may_be_so_long_from_now() -> None:
    earliest = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)

    moment = datetime.fromisoformat(moment_ahead("90d"))

    assert earliest <= moment <= datetime.now(UTC) + timedelta(days=90)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90s", 90), ("2h", 7_200), ("1d", 86_400)]
)
def test_a_span_is_in_seconds(text: str, seconds: int) -> None:
    assert seconds_given(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "-1h", "1w", "h"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 24h, 90d or 0"):
        seconds_given(text)


@pytest.mark.parametrize("text", ["", "soon", "90", "2030-13-01"])
def test_what_is_no_end_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="or never"):
        moment_ahead(text)
