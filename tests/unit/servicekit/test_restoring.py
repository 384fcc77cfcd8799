"""How a service learns at its start that its data were restored."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.failures import StartError
from servicekit.restoring import RESTORE_ID_FILE, RESTORE_MIGRATION, note_restore, restore_id
from servicekit.settings import ServiceSettings


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(RESTORE_MIGRATION)
    yield connection
    connection.close()


def test_data_that_were_never_restored_have_no_restore(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    found = restore_id(tmp_path, given="")

    assert found == ""
    assert not note_restore(connection, found)


def test_a_restore_is_news_once(connection: sqlite3.Connection) -> None:
    told = [note_restore(connection, name) for name in ("first", "first", "second", "second")]

    assert told == [True, False, True, False]


def test_a_restore_that_is_no_longer_told_of_is_no_news(connection: sqlite3.Connection) -> None:
    told = [note_restore(connection, name) for name in ("first", "", "first")]

    assert told == [True, False, False]


def test_what_was_undone_is_news_again(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    told = [note_restore(connection, "first")]
    connection.execute("ROLLBACK")

    told.append(note_restore(connection, "first"))

    assert told == [True, True]


def test_a_change_of_the_file_or_of_the_setting_is_a_restore(tmp_path: Path) -> None:
    alone = ServiceSettings(data=tmp_path, restore_id="given").last_restore()
    (tmp_path / RESTORE_ID_FILE).write_text("made\n")

    assert alone == "given"
    assert ServiceSettings(data=tmp_path).last_restore() == "made"
    assert ServiceSettings(data=tmp_path, restore_id="given").last_restore() == "made given"


def test_a_file_that_cannot_be_read_keeps_a_service_from_starting(tmp_path: Path) -> None:
    (tmp_path / RESTORE_ID_FILE).mkdir()

    with pytest.raises(StartError, match=RESTORE_ID_FILE):
        ServiceSettings(data=tmp_path).last_restore()
