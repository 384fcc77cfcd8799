"""Backups that are made: what is refused, and that a refusal leaves nothing."""

import asyncio
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from support.backup_contents import FILES, contents, databases
from support.cluster import helio, helio_command
from support.cluster_data import CLUSTER, ClusterData, log_events, receive

from helio.backups.contents import BackupError
from helio.backups.making import make_backup
from helio.backups.manifest import verified
from helio.data_folder import DataFolder
from helio.settings import ClusterSettings
from servicekit.failures import StartError


def test_a_backup_says_what_it_holds(data: ClusterData, backup: Path) -> None:
    manifest = verified(backup)

    assert [entry.name for entry in manifest.files] == FILES
    assert [entry.schema for entry in manifest.files] == [8, 6, 9, 5, None, None]
    assert (manifest.cluster, manifest.feed_position) == (CLUSTER, data.feed_end)


def test_a_backup_is_for_its_owner_alone(backup: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in backup.rglob("*")}

    assert modes.pop("secrets") == stat.S_IMODE(backup.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}


def test_where_no_cluster_is_there_is_no_backup(elsewhere: ClusterSettings, places: Path) -> None:
    with pytest.raises(BackupError, match="there is no cluster in"):
        make_backup(elsewhere, places / "backup")
    assert list(places.iterdir()) == []


def test_what_exists_is_not_overwritten(settings: ClusterSettings, places: Path) -> None:
    (places / "backup").write_text("of somebody else")

    with pytest.raises(BackupError, match="exists already"):
        make_backup(settings, places / "backup")
    assert contents(places) == {"backup": b"of somebody else"}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("missing/backup", "there is no folder"),
        ("../data/backup", "is lost with the data folder"),
        ("/proc/backup", "cannot write /proc/backup: No such file or directory"),
    ],
)
def test_a_place_that_does_not_do_is_one_line(
    settings: ClusterSettings, places: Path, target: str, reason: str
) -> None:
    with pytest.raises(BackupError, match=reason) as refused:
        make_backup(settings, (places / target).resolve())

    assert len(str(refused.value).splitlines()) == 1
    assert list(places.iterdir()) == []


@pytest.mark.parametrize("bytes_left", [0, 60_000])
def test_a_full_disk_is_one_line_and_leaves_nothing(
    data: ClusterData, places: Path, bytes_left: int
) -> None:
    before = databases(data.folder)
    command = helio_command("backup", "--data", str(data.folder), "--to", str(places / "backup"))
    ended = subprocess.run(
        # No file may become larger: as on a full disk, a write fails in the middle. Coverage
        # would write files, too, and complain.
        [*f"env -u COVERAGE_PROCESS_CONFIG prlimit --fsize={bytes_left}".split(), *command],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert "no backup was made" in line
    assert list(places.iterdir()) == []
    assert databases(data.folder) == before


def test_a_log_that_is_ahead_of_the_store_is_not_backed_up(
    data: ClusterData, settings: ClusterSettings, places: Path
) -> None:
    asyncio.run(log_events(data.folder, feed_cursor="feedepoch-zz"))

    with pytest.raises(BackupError, match="has read changes that resource-store lacks"):
        make_backup(settings, places / "backup")
    assert list(places.iterdir()) == []


def test_a_receipt_without_its_effect_is_not_backed_up(
    data: ClusterData, settings: ClusterSettings, places: Path
) -> None:
    asyncio.run(receive(data.folder, data.ada.ref.id, clock=data.ada.origin.clock + 1))

    with pytest.raises(BackupError, match="has applied a change of"):
        make_backup(settings, places / "backup")
    assert list(places.iterdir()) == []


def test_a_database_that_another_program_locks_is_one_line(
    data: ClusterData, settings: ClusterSettings, places: Path
) -> None:
    path = data.folder / "resource-store.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE of_another_program (number)")

        with pytest.raises(BackupError, match="locked by another program"):
            make_backup(settings, places / "backup")
    assert list(places.iterdir()) == []


def test_half_restored_data_are_not_backed_up(
    data: ClusterData, settings: ClusterSettings, places: Path
) -> None:
    with (
        DataFolder(data.folder).changing_data(),
        pytest.raises(StartError, match="was interrupted"),
    ):
        make_backup(settings, places / "backup")
    assert list(places.iterdir()) == []


def test_a_master_key_that_opens_nothing_is_not_backed_up(
    data: ClusterData, settings: ClusterSettings, places: Path
) -> None:
    (data.folder / "secrets" / "master-key").write_text("A" * 43)

    with pytest.raises(StartError, match="is not the master key"):
        make_backup(settings, places / "backup")
    assert list(places.iterdir()) == []


def test_without_a_key_file_the_person_is_told_to_keep_the_key(
    data: ClusterData, places: Path, elsewhere: ClusterSettings
) -> None:
    (data.folder / "secrets" / "master-key").unlink()

    made = helio("backup", "--data", str(data.folder), "--to", str(places / "backup"))
    restored = helio("restore", str(places / "backup"), "--data", str(elsewhere.data))

    assert (made.returncode, restored.returncode) == (0, 0)
    assert "HELIOGRAPH_MASTER_KEY" in made.stdout
    assert "HELIOGRAPH_MASTER_KEY" in restored.stdout
