"""What opens another service, and where that may stand."""

from pathlib import Path

import pytest

from helio.migration.access import source_access, target_access
from servicekit.failures import StartError

URL = "https://old.example/scim/v2/"


def test_a_token_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_FROM_TOKEN", "s3cret")

    access = source_access(URL, None, None)

    assert (access.base_uri, access.token) == ("https://old.example/scim/v2", "s3cret")
    assert "s3cret" not in repr(access)


def test_a_token_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret\n")

    assert target_access(URL, file, None).token == "s3cret"


@pytest.mark.parametrize(
    ("url", "text", "why"),
    [
        pytest.param("https://ann:s3cret@old.example/scim", "t", "no user", id="a password"),
        pytest.param("ftp://old.example/s3cret", "t", "base URI", id="another protocol"),
        pytest.param(URL, "s3cret with spaces", "no bearer token", id="no token"),
        pytest.param(URL, "", "no bearer token", id="an empty file"),
    ],
)
def test_what_is_wrong_is_told_without_secrets(
    tmp_path: Path, url: str, text: str, why: str
) -> None:
    file = tmp_path / "token"
    file.write_text(text)

    with pytest.raises(StartError, match=why) as refused:
        source_access(url, file, None)

    assert "s3cret" not in str(refused.value)


def test_a_service_without_a_token_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELIOGRAPH_TO_TOKEN", raising=False)

    with pytest.raises(StartError, match="set HELIOGRAPH_TO_TOKEN"):
        target_access(URL, None, None)


def test_nothing_is_written_to_a_cluster_that_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="nothing runs"):
        target_access(None, None, tmp_path)
