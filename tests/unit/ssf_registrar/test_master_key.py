"""The master key's file: made once, whole, and for its owner alone."""

import base64
import stat
from pathlib import Path

import pytest

from servicekit.failures import StartError
from ssf_registrar.adapters.master_key import given_master_key, stored_master_key

KEY = bytes(range(32))
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


def test_a_given_key_of_another_length_is_refused_by_its_variable() -> None:
    with pytest.raises(StartError, match=r"HELIOGRAPH_MASTER_KEY must hold 32 bytes in base64url"):
        given_master_key("c2hvcnQ")
