from pathlib import Path

import pytest

from helio.service_log import last_error


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        pytest.param(['{"level":"info","event":"service.started"}'], "", id="no error"),
        pytest.param(
            ['{"level":"error","event":"loop.failed"}', '{"level":"info","event":"x"}'],
            "loop.failed",
            id="an error before other lines",
        ),
        pytest.param(
            ['{"level":"error","event":"loop.failed","exception":"Traceback\\nKeyError: 1"}'],
            "loop.failed: KeyError: 1",
            id="an error with its exception",
        ),
        pytest.param(
            ["Traceback (most recent call last):", "  File x", "KeyError: 1", ""],
            "KeyError: 1",
            id="a bare traceback",
        ),
        pytest.param(["[1, 2]"], "", id="JSON that is no log entry"),
    ],
)
def test_the_last_line_that_tells_of_an_error_is_found(
    tmp_path: Path, lines: list[str], error: str
) -> None:
    log = tmp_path / "service.log"
    log.write_text("\n".join(lines))

    assert last_error(log, since=0) == error


def test_errors_of_an_earlier_process_are_not_told_again(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_text("KeyError: of the former process\n")
    beginning = log.stat().st_size

    assert last_error(log, since=beginning) == ""
