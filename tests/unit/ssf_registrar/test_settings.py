"""What the registrar reads from its environment."""

import pytest

from servicekit.failures import StartError
from servicekit.settings import read_settings
from ssf_registrar.settings import Settings


def read() -> Settings:
    return read_settings(Settings, "ssf-registrar", [])


@pytest.mark.parametrize("token", ["", "fifteen-letters", "with a space in it", "sixteen-lettérs!"])
def test_a_weak_admin_token_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("HELIOGRAPH_ADMIN_TOKEN", token)

    with pytest.raises(StartError) as refused:
        read()

    assert str(refused.value) == (
        "HELIOGRAPH_ADMIN_TOKEN: must be at least 16 visible ASCII characters without spaces,"
        " e.g. from: openssl rand -hex 24"
    )


def test_a_good_admin_token_is_kept_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_ADMIN_TOKEN", "sixteen-letters!")

    settings = read()

    assert settings.admin_token is not None
    assert settings.admin_token.get_secret_value() == "sixteen-letters!"
    assert "sixteen" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  every address
        ("10.0.0.5", False),
        ("cluster.example", False),
    ],
)
def test_a_cluster_knows_whether_it_listens_on_loopback(
    monkeypatch: pytest.MonkeyPatch, host: str, *, expected: bool
) -> None:
    monkeypatch.setenv("HELIOGRAPH_HOST", host)

    assert read().listens_on_loopback is expected
