"""Which stores carry a cluster, and what of them is on a command line."""

from pathlib import Path

import pytest

from helio.data_folder import AlreadyRunningError, DataFolder
from helio.settings import ClusterSettings
from helio.stores import check_store, owned_store, without_store
from servicekit.failures import StartError

URL = "mongodb://user:password@h/?replicaSet=rs0"


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MASTER_KEY", "REPLICAS", "STORE"):
        monkeypatch.delenv(f"HELIOGRAPH_{name}", raising=False)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        pytest.param({"replicas": 2}, "leave --replicas out", id="replicas of SQLite"),
        pytest.param(
            {"store": URL, "master_key": "k", "replicas": 2}, "compose", id="replicas on MongoDB"
        ),
        pytest.param({"store": URL}, "openssl rand -base64 32", id="no master key"),
        pytest.param({"store": "mysql://user:password@h"}, "mysql: is no store", id="another"),
    ],
)
def test_what_a_store_does_not_carry_is_one_line_without_its_password(
    given: dict[str, str], what: str
) -> None:
    with pytest.raises(StartError, match=what) as refused:
        check_store(ClusterSettings.model_validate(given))

    assert "password" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [{}, {"store": "sqlite:elsewhere"}, {"store": URL, "master_key": "k"}],
    ids=["SQLite", "SQLite elsewhere", "MongoDB"],
)
def test_a_store_carries_one_of_each_service(given: dict[str, str]) -> None:
    check_store(ClusterSettings.model_validate(given))


def test_a_folder_of_databases_has_one_owner(tmp_path: Path) -> None:
    settings = ClusterSettings(data=tmp_path / "data", store=f"sqlite:{tmp_path / 'databases'}")

    with owned_store(settings), pytest.raises(AlreadyRunningError), owned_store(settings):
        pass

    with owned_store(settings):
        assert DataFolder(tmp_path / "databases").owner() is not None


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "helio", "up", "--store", URL, "--detach"],
        ["-m", "helio", "up", f"--store={URL}", "--detach"],
        ["-m", "helio", "up", "--detach"],
    ],
)
def test_a_command_line_without_its_store_is_otherwise_the_same(command: list[str]) -> None:
    assert without_store(command) == ["-m", "helio", "up", "--detach"]
