from pathlib import Path

import pytest

from helio.settings import administrator_settings, child_environment, cluster_settings
from servicekit.failures import StartError


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADMIN_TOKEN", "DATA", "MASTER_KEY", "PORT", "SCHEMAS", "STORE"):
        monkeypatch.delenv(f"HELIOGRAPH_{name}", raising=False)


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_PORT", "9000")

    assert cluster_settings().port == 9000
    assert cluster_settings(port=9100).port == 9100


def test_the_data_folder_is_the_same_for_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert cluster_settings(data=Path("here")).data == tmp_path / "here"


def test_the_stores_folder_is_the_same_for_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert cluster_settings(store="sqlite:here").store == f"sqlite:{tmp_path}/here"
    assert cluster_settings(store="sqlite:").store == "sqlite:"


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_PORT", "eighty")

    with pytest.raises(StartError, match=r"^HELIOGRAPH_PORT: .*integer"):
        cluster_settings()


def test_only_the_registrar_is_told_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_ADMIN_TOKEN", "of the operator")
    monkeypatch.setenv("HELIOGRAPH_MASTER_KEY", "key")
    settings = cluster_settings()

    registrar = child_environment(settings, "ssf-registrar", admin_token="secret")
    gateway = child_environment(settings, "scim-gateway", admin_token="secret")

    assert registrar["HELIOGRAPH_ADMIN_TOKEN"] == "secret"
    assert registrar["HELIOGRAPH_MASTER_KEY"] == "key"
    assert not {"HELIOGRAPH_ADMIN_TOKEN", "HELIOGRAPH_MASTER_KEY"} & set(gateway)


def test_services_know_that_they_are_supervised_and_where() -> None:
    environment = child_environment(cluster_settings(port=9000), "set-receiver", admin_token="x")

    assert environment["HELIOGRAPH_SUPERVISED"] == "true"
    assert environment["HELIOGRAPH_PORT"] == "9000"


def test_every_service_is_told_of_the_folder_of_schemas(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = cluster_settings(schemas=Path("schemas"))

    environment = child_environment(settings, "resource-store", admin_token="x")

    assert environment["HELIOGRAPH_SCHEMAS"] == str(tmp_path / "schemas")


def test_no_folder_of_schemas_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's environment says "unset" by the empty text."""
    monkeypatch.setenv("HELIOGRAPH_SCHEMAS", "")

    assert cluster_settings().schemas is None


@pytest.mark.parametrize(
    "variable", ["GRPC_LISTEN", "RESOURCE_STORE", "SSF_REGISTRAR", "SET_TRANSMITTER"]
)
def test_a_cluster_of_one_machine_does_not_take_addresses_of_services(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(f"HELIOGRAPH_{variable}", "127.0.0.1:7443")
    monkeypatch.setenv("HELIOGRAPH_CERTIFICATES", "certificates")

    with pytest.raises(StartError, match=f"^HELIOGRAPH_{variable} is for services that run apart"):
        cluster_settings()


def test_another_cluster_is_asked_from_a_container_of_one_of_its_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There, HELIOGRAPH_RESOURCE_STORE and the like are set, which `helio up` refuses."""
    monkeypatch.setenv("HELIOGRAPH_RESOURCE_STORE", "dns:///resource-store:7443")
    monkeypatch.setenv("HELIOGRAPH_CERTIFICATES", "/certificates")
    monkeypatch.setenv("HELIOGRAPH_ADMIN_TOKEN", "a-token")

    with pytest.raises(StartError, match="HELIOGRAPH_RESOURCE_STORE"):
        cluster_settings()
    token = administrator_settings().admin_token

    assert token is not None
    assert token.get_secret_value() == "a-token"
