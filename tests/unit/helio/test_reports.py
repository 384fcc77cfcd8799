import pytest

from helio.reports import (
    Died,
    Failed,
    Ready,
    Report,
    Starting,
    Stopped,
    Stopping,
    Up,
    decoded,
    encoded,
    how_it_ended,
    sentence,
)

REPORTS: list[Report] = [
    Starting("set-receiver", 17),
    Ready("set-receiver", 1.25),
    Died("set-receiver", -9, "grpc.failed: KeyError", 0.4),
    Up(),
    Failed("port 8080 is taken", 2),
    Stopping(),
    Stopped(0.8, ("set-receiver",)),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_a_report_comes_out_of_a_pipe_as_it_went_in(report: Report) -> None:
    assert decoded(encoded(report)) == report


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param(1, "ended with exit code 1", id="an exit code"),
        pytest.param(-9, "was killed by SIGKILL", id="a signal"),
        pytest.param(-250, "was killed by signal 250", id="a signal without a name"),
    ],
)
def test_the_end_of_a_process_is_told_in_words(code: int, words: str) -> None:
    assert how_it_ended(code) == words


@pytest.mark.parametrize(
    ("report", "words"),
    [
        pytest.param(
            Died("set-receiver", 1, "KeyError: 'x'", 0.2),
            "set-receiver ended with exit code 1: KeyError: 'x'; restarting in 0.2 s",
            id="a death with an error",
        ),
        pytest.param(
            Died("set-receiver", -9, "", 5.0),
            "set-receiver was killed by SIGKILL; restarting in 5.0 s",
            id="a death without one",
        ),
        pytest.param(Stopped(1.0, ()), "stopped in 1.0 s", id="a stop in time"),
        pytest.param(
            Stopped(4.5, ("a", "b")), "stopped in 4.5 s, after killing a, b", id="a late stop"
        ),
    ],
)
def test_a_report_is_told_in_words(report: Report, words: str) -> None:
    assert sentence(report) == words
