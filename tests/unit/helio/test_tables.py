"""Tables of `helio` show everything, in a pipe and on a narrow terminal."""

import pytest
from rich.table import Table

from helio.tables import print_table

IDENTIFIER = "iciovdrtha3hgbb4k6rrojn4f3-6-hxl3duzpbb5i"
REASON = "access_denied: " + "the subscription has ended " * 4


def a_table() -> Table:
    table = Table("id", "reason", "event", box=None)
    table.add_row(IDENTIFIER, REASON, "prov:create:full")
    return table


def test_in_a_pipe_a_row_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(a_table())

    (_, row) = capsys.readouterr().out.splitlines()
    assert row.split("  ")[0].strip() == IDENTIFIER
    assert REASON.strip() in row


def test_on_a_narrow_terminal_the_identifier_stays_whole_and_the_rest_is_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "70")

    print_table(a_table())

    shown = capsys.readouterr().out
    assert IDENTIFIER in shown
    assert len(shown.splitlines()) > 5
    assert "…" not in shown
