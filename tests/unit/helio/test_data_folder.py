import fcntl
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helio.data_folder import AlreadyRunningError, ClusterState, DataFolder
from servicekit.failures import StartError


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


def test_a_folder_is_made_for_its_owner_alone(folder: DataFolder) -> None:
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_that_is_ours_can_be_prepared_again(folder: DataFolder) -> None:
    folder.prepare()

    assert folder.logs.is_dir()


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(StartError, match="has other files in it"):
        DataFolder(tmp_path).prepare()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(StartError, match=r"cannot write to .*; choose another --data folder"):
        DataFolder(tmp_path / "data").prepare()


def test_nobody_owns_a_folder_at_first(folder: DataFolder) -> None:
    assert folder.owner() is None


def test_the_owner_is_known_by_its_process_id(folder: DataFolder) -> None:
    with folder.owned():
        during = folder.owner()

    assert (during, folder.owner()) == (os.getpid(), None)


def test_there_is_one_owner_at_a_time(folder: DataFolder) -> None:
    with folder.owned(), pytest.raises(AlreadyRunningError, match=f"pid {os.getpid()}"):
        DataFolder(folder.path).owned().__enter__()


def test_one_that_ends_while_it_is_looked_for_is_no_owner(folder: DataFolder) -> None:
    lock = os.open(folder.path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)

    with ThreadPoolExecutor(1) as looking:
        found = looking.submit(folder.owner)
        while times_open(folder.path / "lock") < 2:
            pass
        os.close(lock)

    assert found.result() is None


def times_open(path: Path) -> int:
    links = list(Path("/proc/self/fd").iterdir())
    return sum(link.is_symlink() and link.readlink() == path for link in links)


def test_the_state_is_forgotten_at_an_orderly_end(folder: DataFolder) -> None:
    state = ClusterState(pid=1, port=8080, started=1.5, services={"a": 2}, restarts={"a": 0})
    with folder.owned():
        folder.write_state(state)
        during = folder.state()

    assert (during, folder.state()) == (state, None)


def test_the_state_survives_an_owner_that_died(folder: DataFolder) -> None:
    state = ClusterState(pid=1, port=8080, started=1.5, services={}, restarts={})

    with pytest.raises(ZeroDivisionError):
        _own_and_fail(folder, state)

    assert (folder.state(), folder.owner()) == (state, None)


def test_an_admin_token_is_made_once_and_kept_secret(folder: DataFolder) -> None:
    before = folder.kept_admin_token()
    made = folder.admin_token()

    assert before is None
    assert folder.admin_token() == folder.kept_admin_token() == made
    assert len(made) >= 32
    kept = folder.path / "secrets" / "admin-token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def _own_and_fail(folder: DataFolder, state: ClusterState) -> None:
    with folder.owned():
        folder.write_state(state)
        raise ZeroDivisionError
