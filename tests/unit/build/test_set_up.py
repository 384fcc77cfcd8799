"""Setting up the virtual environment, as far as it goes without installing anything."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "build" / "set_up.py"


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the script as a module, for a checkout with locks and no environment."""
    spec = importlib.util.spec_from_file_location("set_up", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(module, "INCOMPLETE", venv / "incomplete")
    return module


def _pretend_to_install(set_up: ModuleType, *, with_dev: bool) -> None:
    set_up.PYTHON.parent.mkdir(parents=True)
    set_up.PYTHON.touch()
    set_up._stamp(with_dev=with_dev).write_text(set_up._digest(with_dev=with_dev))


def test_an_unknown_flag_is_told_with_the_usage() -> None:
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), "--foo"], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (2, "usage: set_up.py [--dev]\n")


def test_an_old_python_is_told_with_the_cure(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "OLDEST_PYTHON", (99, 0))

    with pytest.raises(set_up.SetUpError, match=r"or newer is needed, and .*make PYTHON="):
        set_up.check_python()


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_missing_venv_is_told_with_the_cure(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        set_up.importlib.util,
        "find_spec",
        lambda name: None if name == missing else found(name),
    )

    with pytest.raises(set_up.SetUpError, match="apt install python3-venv"):
        set_up.check_python()


def test_a_fresh_checkout_is_not_set_up(set_up: ModuleType) -> None:
    assert not set_up._is_done(with_dev=False)


@pytest.mark.parametrize("with_dev", [True, False])
def test_what_is_installed_is_not_installed_again(set_up: ModuleType, with_dev: bool) -> None:
    _pretend_to_install(set_up, with_dev=with_dev)

    assert set_up._is_done(with_dev=with_dev)
    assert not set_up._is_done(with_dev=not with_dev)


def test_a_changed_lock_is_installed(set_up: ModuleType) -> None:
    _pretend_to_install(set_up, with_dev=False)

    (set_up.ROOT / "requirements.lock").write_text("something newer")

    assert not set_up._is_done(with_dev=False)


def test_an_interrupted_set_up_is_made_anew(set_up: ModuleType) -> None:
    _pretend_to_install(set_up, with_dev=False)

    set_up.INCOMPLETE.touch()

    assert not set_up._is_done(with_dev=False)
    assert not set_up._is_sound()
