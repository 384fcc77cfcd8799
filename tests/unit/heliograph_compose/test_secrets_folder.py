"""What a cluster in containers is given, and keeps."""

import os
import stat
from pathlib import Path

import pytest

from heliograph_compose.secrets_folder import SecretsFolder
from heliograph_compose.settings import ComposeSettings
from servicekit.settings import read_settings
from ssf_registrar.adapters.master_key import given_master_key
from ssf_registrar.settings import Settings


def prepared(folder: Path) -> SecretsFolder:
    made = SecretsFolder(ComposeSettings(folder=folder, port=18080))
    made.prepare(mongo_image="mongo:7")
    return made


def variables(folder: SecretsFolder) -> dict[str, str]:
    lines = folder.environment.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = prepared(tmp_path / "c")
    secrets = (tmp_path / "c" / "ssf-registrar.env").read_bytes()

    second = prepared(tmp_path / "c")

    assert (tmp_path / "c" / "ssf-registrar.env").read_bytes() == secrets
    assert second.admin_token() == first.admin_token()


def test_secrets_are_what_the_registrar_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path)
    for line in (tmp_path / "ssf-registrar.env").read_text().splitlines():
        monkeypatch.setenv(*line.split("=", 1))

    settings = read_settings(Settings, "ssf-registrar", [])

    assert settings.admin_token is not None
    assert settings.master_key is not None
    assert len(given_master_key(settings.master_key.get_secret_value())) == 32


def test_what_is_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    prepared(tmp_path / "c")

    secret = [*(tmp_path / "c").glob("*.env"), *(tmp_path / "c").rglob("*-key.pem")]

    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700


def test_containers_never_run_as_root_and_own_their_keys(tmp_path: Path) -> None:
    folder = prepared(tmp_path)

    user = int(variables(folder)["HELIOGRAPH_UID"])

    assert user == (os.getuid() or 10001)
    assert (tmp_path / "certificates" / "set-receiver-key.pem").stat().st_uid == user


def test_new_certificates_change_what_containers_are_made_of(tmp_path: Path) -> None:
    first = variables(prepared(tmp_path))
    (tmp_path / "certificates" / "set-receiver.pem").unlink()

    second = variables(prepared(tmp_path))

    changed = {name for name in second if first[name] != second[name]}
    assert changed == {"HELIOGRAPH_CERTIFICATES_DIGEST"}
