"""What an import remembers."""

from dataclasses import replace
from pathlib import Path

import pytest

from helio.migration.journal import Row, State, opened_journal
from helio.migration.keys import Key
from servicekit.failures import StartError

KEY = Key("displayName", "Team", case_exact=False, is_strong=False)
ROW = Row("Group", "g1", 3, State.SENT, due=("members",), key=KEY, before=("x", "y"))


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened_journal(path, target="https://new", in_memory=False) as journal:
        journal.write([ROW])

    with opened_journal(path, target="https://new", in_memory=False) as journal:
        assert journal.row("Group", "g1") == ROW
        assert journal.rows_in(State.SENT) == [ROW]
        assert journal.row("User", "g1") is None


def test_a_copy_leaves_the_journal_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened_journal(path, target="https://new", in_memory=False) as journal:
        journal.write([ROW])

    with opened_journal(path, target="https://new", in_memory=True) as journal:
        journal.write([replace(ROW, state=State.CREATED)])

    with opened_journal(path, target="https://new", in_memory=False) as journal:
        assert journal.row("Group", "g1") == ROW


def test_a_journal_is_for_one_target(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened_journal(path, target="https://new", in_memory=False):
        pass

    with (
        pytest.raises(StartError, match="into https://new: name another"),
        opened_journal(path, target="https://newer", in_memory=False),
    ):
        pass


def test_two_imports_do_not_share_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"

    with (
        opened_journal(path, target="https://new", in_memory=False),
        pytest.raises(StartError, match="another `helio import` is at work"),
        opened_journal(path, target="https://new", in_memory=False),
    ):
        pass


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"certainly no database, and longer than a header of SQLite is: " * 20)

    with (
        pytest.raises(StartError, match="no journal"),
        opened_journal(path, target="https://new", in_memory=False),
    ):
        pass


def test_whose_a_resource_is_is_known(tmp_path: Path) -> None:
    with opened_journal(tmp_path / "journal", target="x", in_memory=False) as journal:
        journal.write([Row("Group", "g1", 1, State.CREATED, "new-1")])
        journal.write([Row("Group", "g2", 2, State.CONFLICT, "theirs")])

        assert journal.is_of_another(ROW, "theirs") is False
        assert journal.is_of_another(replace(ROW, source_id="g3"), "new-1") is True
        assert journal.is_of_another(replace(ROW, source_id="g1"), "new-1") is False


def test_what_is_twice_in_a_file_is_given_back(tmp_path: Path) -> None:
    with opened_journal(tmp_path / "journal", target="x", in_memory=False) as journal:
        entries = [("User", "a", 1), ("User", "a", 2), ("Group", "a", 3)]

        assert list(journal.survey(entries)) == [("User", "a", 2)]
        assert journal.line_of("User", "a") == 1
        assert journal.line_of("User", "b") is None
