"""The master key's file: made once, whole, and for its owner alone."""

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from servicekit.failures import StartError
from ssf_registrar.adapters.master_key import given_master_key, stored_master_key

KEY = bytes(range(32))
MAKE = """
import os, sys
from pathlib import Path
from ssf_registrar.adapters.master_key import stored_master_key
print("ready", flush=True)
while not os.path.exists(sys.argv[2]): pass
print(stored_master_key(Path(sys.argv[1]), may_make=True).hex(), end="")
"""
TEXT = base64.urlsafe_b64encode(KEY).decode()


def test_a_first_start_makes_a_key_that_later_ones_find(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "master-key"

    made = stored_master_key(path, may_make=True)

    assert len(made) == 32
    assert stored_master_key(path, may_make=False) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_key_is_not_made_anew_when_it_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "master-key"

    with pytest.raises(StartError, match="is missing, and the database holds"):
        stored_master_key(path, may_make=False)

    assert not path.exists()


@pytest.mark.parametrize("text", ["", "short", TEXT + "AAAA", "!" * 43, "\xff"], ids=repr)
def test_a_key_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master-key"
    path.write_text(text, "latin-1")

    with pytest.raises(StartError, match="master-key"):
        stored_master_key(path, may_make=True)


@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip("="), f" {TEXT}\n"])
def test_a_given_key_may_have_padding_or_not(text: str) -> None:
    assert given_master_key(text) == KEY


def test_a_given_key_may_be_of_either_base64_alphabet() -> None:
    key = b"\xfb\xff" * 16

    assert given_master_key(base64.b64encode(key).decode()) == key
    assert given_master_key(base64.urlsafe_b64encode(key).decode()) == key


def test_processes_that_make_the_key_at_once_have_one_key(tmp_path: Path) -> None:
    path, go = tmp_path / "secrets" / "master-key", tmp_path / "go"
    processes = [
        subprocess.Popen([sys.executable, "-c", MAKE, path, go], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    go.touch()

    keys = {process.communicate(timeout=60)[0] for process in processes}
    assert keys == {stored_master_key(path, may_make=False).hex()}
    assert list(path.parent.iterdir()) == [path]


def test_a_given_key_of_another_length_is_refused_by_its_variable() -> None:
    with pytest.raises(StartError, match=r"HELIOGRAPH_MASTER_KEY must hold 32 bytes in base64"):
        given_master_key("c2hvcnQ")
