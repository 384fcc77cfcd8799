"""Where peers are, and what it takes to speak with them over TCP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helio.certificates import issue_certificates
from servicekit.endpoints import Endpoint, unix_endpoint
from servicekit.failures import StartError
from servicekit.identity import read_identity
from servicekit.settings import ServiceSettings, read_settings

NAME = "set-receiver"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    issue_certificates(tmp_path, now=datetime.now(UTC))
    return tmp_path


def test_without_addresses_all_is_unix_sockets(tmp_path: Path) -> None:
    settings = ServiceSettings(data=tmp_path)

    assert settings.own_endpoint(NAME) == unix_endpoint(tmp_path, NAME)
    assert settings.peer("resource-store", NAME) == unix_endpoint(tmp_path, "resource-store")


def test_over_tcp_a_service_has_one_identity_on_both_sides(certificates: Path) -> None:
    settings = ServiceSettings(
        grpc_listen="0.0.0.0:7443",
        resource_store="dns:///resource-store:7443",
        ssf_registrar="[::1]:7443",
        certificates=certificates,
    )
    identity = read_identity(certificates, NAME)

    assert settings.own_endpoint(NAME) == Endpoint(NAME, "0.0.0.0:7443", identity)
    assert settings.peer("resource-store", NAME) == Endpoint(
        "resource-store", "dns:///resource-store:7443", identity
    )
    assert settings.peer("ssf-registrar", NAME) == Endpoint("ssf-registrar", "[::1]:7443", identity)


@pytest.mark.parametrize(
    "variable", ["GRPC_LISTEN", "RESOURCE_STORE", "SSF_REGISTRAR", "SET_TRANSMITTER"]
)
def test_tcp_without_certificates_does_not_start(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(f"HELIOGRAPH_{variable}", "127.0.0.1:7443")

    with pytest.raises(StartError) as refused:
        read_settings(ServiceSettings, NAME, [])

    assert str(refused.value) == (
        f"HELIOGRAPH_{variable} needs HELIOGRAPH_CERTIFICATES: over TCP services speak TLS alone,"
        " and `helio certificates DIR` makes what it takes"
    )


@pytest.mark.parametrize("address", ["7443", "unix:/tmp/x", "http://a:1", "a", "a:1,b:2", "a:1/b"])
def test_an_address_is_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HELIOGRAPH_RESOURCE_STORE", address)

    with pytest.raises(StartError) as refused:
        read_settings(ServiceSettings, NAME, [])

    assert str(refused.value) == (
        "HELIOGRAPH_RESOURCE_STORE: must be host:port or dns:///host:port"
    )


def test_a_key_that_others_may_read_is_refused(certificates: Path) -> None:
    key = certificates / f"{NAME}-key.pem"
    key.chmod(0o640)

    with pytest.raises(StartError) as refused:
        read_identity(certificates, NAME)

    assert str(refused.value) == (f"{key} may be read by others than its owner: chmod 600 {key}")


def test_a_missing_file_is_named(certificates: Path) -> None:
    (certificates / "ca.pem").unlink()

    with pytest.raises(StartError) as refused:
        read_identity(certificates, NAME)

    assert str(refused.value) == (
        f"cannot read {certificates}/ca.pem: No such file or directory;"
        f" `helio certificates {certificates}` makes what is missing"
    )


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=datetime.now(UTC) - timedelta(398))

    with pytest.raises(StartError, match=r"set-receiver\.pem is valid until .* UTC only"):
        read_identity(tmp_path, NAME)


def test_the_certificate_of_another_service_is_refused(certificates: Path) -> None:
    for kind in (".pem", "-key.pem"):
        (certificates / f"scim-gateway{kind}").replace(certificates / f"{NAME}{kind}")

    with pytest.raises(StartError, match="does not name set-receiver"):
        read_identity(certificates, NAME)


def test_the_key_of_another_certificate_is_refused(certificates: Path) -> None:
    (certificates / "scim-gateway-key.pem").replace(certificates / f"{NAME}-key.pem")

    with pytest.raises(StartError, match="is not the certificate of its key"):
        read_identity(certificates, NAME)


def test_a_certificate_of_another_ca_is_refused(certificates: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    issue_certificates(other, now=datetime.now(UTC))
    (other / "ca.pem").replace(certificates / "ca.pem")

    with pytest.raises(StartError, match="was not issued by the CA beside it"):
        read_identity(certificates, NAME)


def test_what_is_no_certificate_is_refused(certificates: Path) -> None:
    (certificates / f"{NAME}.pem").write_text("nonsense")

    with pytest.raises(StartError, match="is no PEM file of its kind"):
        read_identity(certificates, NAME)


def test_a_key_is_not_shown(certificates: Path) -> None:
    assert "PRIVATE KEY" not in repr(read_identity(certificates, NAME))
