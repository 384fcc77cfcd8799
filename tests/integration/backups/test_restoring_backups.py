"""Backups that are restored: what is refused, and that a refusal changes nothing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from support.backup_contents import FILES, contents, databases
from support.cluster_data import ClusterData

from helio.backups.contents import BackupError
from helio.backups.making import make_backup
from helio.backups.manifest import Manifest, digest, encoded, verified
from helio.backups.restoring import restore
from helio.data_folder import AlreadyRunningError, DataFolder
from helio.settings import ClusterSettings, cluster_settings
from helio.supervisor import supervise
from servicekit.failures import StartError
from servicekit.restoring import RESTORE_ID_FILE


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    # The last byte of a text is the end of its line, without which it says the same.
    path.write_bytes(path.read_bytes()[:-2])


def change_manifest(backup: Path, change: Callable[[Manifest], Manifest]) -> None:
    """Write another manifest, with a checksum that is right."""
    manifest = change(verified(backup))
    (backup / "manifest.json").write_bytes(encoded(manifest))


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def rewrite_file(backup: Path, name: str, statement: str) -> None:
    """Change a database of a backup, and its manifest with it, as another release could have."""
    before = verified(backup)
    execute(backup / name, "PRAGMA journal_mode = DELETE")
    execute(backup / name, statement)
    with closing(sqlite3.connect(backup / name)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
    path = backup / name
    entries = tuple(
        replace(entry, bytes=path.stat().st_size, sha256=digest(path), schema=schema)
        if entry.name == name
        else entry
        for entry in before.files
    )
    (backup / "manifest.json").write_bytes(encoded(replace(before, files=entries)))


def test_what_was_backed_up_is_restored(
    data: ClusterData, backup: Path, elsewhere: ClusterSettings
) -> None:
    restored = restore(elsewhere, backup, force=False)

    found = contents(elsewhere.data)
    assert restored.replaced == ()
    assert {name: found[name] for name in FILES} == {
        name: content for name, content in contents(backup).items() if name != "manifest.json"
    }
    assert found["secrets/master-key"] == contents(data.folder)["secrets/master-key"]
    assert sorted(found) == sorted([*FILES, RESTORE_ID_FILE, "lock"])


def test_each_restore_has_a_name_of_its_own(backup: Path, elsewhere: ClusterSettings) -> None:
    names = []
    for _ in range(2):
        restore(elsewhere, backup, force=True)
        names.append(elsewhere.last_restore())

    assert len(set(names)) == 2
    assert all(len(name) == 32 for name in names)


@pytest.mark.parametrize("file", [*FILES, "manifest.json"])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(flip_a_bit, id="a flipped bit"),
        pytest.param(cut_short, id="a lost end"),
        pytest.param(Path.unlink, id="missing"),
    ],
)
def test_a_damaged_backup_is_refused(
    backup: Path, elsewhere: ClusterSettings, damage: Callable[[Path], None], file: str
) -> None:
    damage(backup / file)

    with pytest.raises(BackupError, match=Path(file).name):
        restore(elsewhere, backup, force=True)
    assert not elsewhere.data.exists()


def test_a_backup_of_another_format_is_refused(backup: Path, elsewhere: ClusterSettings) -> None:
    members = orjson.loads((backup / "manifest.json").read_bytes())
    (backup / "manifest.json").write_bytes(orjson.dumps({**members, "format": 2}))

    with pytest.raises(BackupError, match="has the format 2, and this release reads 1"):
        restore(elsewhere, backup, force=False)
    assert not elsewhere.data.exists()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("PRAGMA user_version = 99", "written by a newer release"),
        ("DROP TABLE changes", "damaged: no such table: changes"),
        ("DELETE FROM changes", "has read changes that resource-store lacks"),
        ("DELETE FROM resources", "has applied a change of .* that resource-store lacks"),
        ("UPDATE meta SET value = 'other234' WHERE name = 'cluster'", "does not hold what its"),
    ],
)
def test_a_store_that_does_not_fit_is_refused(
    backup: Path, elsewhere: ClusterSettings, statement: str, reason: str
) -> None:
    rewrite_file(backup, "resource-store.sqlite3", statement)

    with pytest.raises(BackupError, match=reason):
        restore(elsewhere, backup, force=False)
    assert not elsewhere.data.exists()


def test_receipts_of_a_tenant_that_the_store_has_purged_are_no_matter(
    backup: Path, elsewhere: ClusterSettings
) -> None:
    """Its receipts may be purged later: a backup may be between the two."""
    closed = "INSERT INTO closed_tenants SELECT DISTINCT tenant, 0 FROM resources"
    rewrite_file(backup, "resource-store.sqlite3", closed)
    rewrite_file(backup, "resource-store.sqlite3", "DELETE FROM resources")

    restore(elsewhere, backup, force=False)

    assert elsewhere.data.exists()


def test_a_manifest_cannot_name_other_files(backup: Path, elsewhere: ClusterSettings) -> None:
    outside = replace(verified(backup).files[-1], name="../backup/secrets/admin-token")
    change_manifest(backup, lambda found: replace(found, files=(*found.files, outside)))

    with pytest.raises(BackupError, match="does not hold what its manifest"):
        restore(elsewhere, backup, force=False)
    assert not elsewhere.data.exists()


def test_data_are_not_replaced_unasked(
    data: ClusterData, settings: ClusterSettings, backup: Path
) -> None:
    before = contents(data.folder)

    with pytest.raises(BackupError, match="holds a cluster's data"):
        restore(settings, backup, force=False)
    assert contents(data.folder) == before


def test_replaced_data_are_kept(data: ClusterData, settings: ClusterSettings, backup: Path) -> None:
    before = contents(data.folder)

    restored = restore(settings, backup, force=True)

    (replaced,) = restored.replaced
    assert contents(replaced) == before
    assert replaced.parent == data.folder


def test_databases_in_a_folder_of_their_own_are_backed_up_and_restored(
    data: ClusterData, places: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "databases"
    folder.mkdir()
    for path in data.folder.glob("*.sqlite3"):
        path.rename(folder / path.name)
    settings = cluster_settings(data=data.folder, store=f"sqlite:{folder}")
    before = {**databases(folder), **contents(data.folder / "secrets")}

    make_backup(settings, places / "backup")
    restored = restore(settings, places / "backup", force=True)

    replaced = [contents(path) for path in restored.replaced]
    assert [path.parent for path in restored.replaced] == [folder, data.folder]
    assert sorted(databases(folder)) == sorted(FILES[:4])
    assert sorted(contents(data.folder / "secrets")) == ["admin-token", "master-key"]
    assert {**replaced[0], **{Path(name).name: found for name, found in replaced[1].items()}} == (
        before
    )


def test_a_cluster_on_mongodb_is_backed_up_by_other_tools(
    data: ClusterData, places: Path, backup: Path
) -> None:
    settings = cluster_settings(data=data.folder, store="mongodb://localhost/?replicaSet=rs0")

    for action in (
        lambda: make_backup(settings, places / "other"),
        lambda: restore(settings, backup, force=True),
    ):
        with pytest.raises(BackupError, match="mongodump"):
            action()
    assert not (places / "other").exists()


def test_a_cluster_that_runs_is_not_replaced(
    data: ClusterData, settings: ClusterSettings, backup: Path
) -> None:
    with DataFolder(data.folder).owned():
        before = contents(data.folder)
        with pytest.raises(AlreadyRunningError):
            restore(settings, backup, force=True)
        after = contents(data.folder)

    assert after == before


def test_a_folder_of_other_things_is_left_alone(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").touch()

    with pytest.raises(StartError, match="has other files in it"):
        restore(cluster_settings(data=tmp_path / "home"), backup, force=True)
    assert list(contents(tmp_path / "home")) == ["thesis.txt"]


async def test_half_restored_data_are_not_started_until_they_are_restored(
    data: ClusterData, settings: ClusterSettings, backup: Path
) -> None:
    reports: list[object] = []
    with pytest.raises(ZeroDivisionError), DataFolder(data.folder).changing_data():
        raise ZeroDivisionError

    code = await supervise(settings, reports.append)
    restore(settings, backup, force=True)

    assert (code, "was interrupted" in str(reports)) == (2, True)
    DataFolder(data.folder).refuse_half_restored()
