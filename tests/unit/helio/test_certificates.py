"""What `helio certificates` makes, leaves and renews."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from support.cluster import helio

from helio.certificates import issue_certificates
from servicekit.certificates import dns_names
from servicekit.faces import FACES
from servicekit.failures import StartError

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_run_makes_a_ca_and_a_certificate_for_each_service(tmp_path: Path) -> None:
    made = issue_certificates(tmp_path, now=NOW)

    assert made == [tmp_path / f"{name}.pem" for name in ("ca", *FACES)]
    assert [dns_names(certificate(path)) for path in made[1:]] == [[name] for name in FACES]


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=NOW)

    keys = list(tmp_path.rglob("*-key.pem"))

    assert len(keys) == 1 + len(FACES)
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_certificate_is_good_for_a_year_and_a_month_and_the_ca_for_ten_years(
    tmp_path: Path,
) -> None:
    made = issue_certificates(tmp_path, now=NOW)

    ends = {path.stem: certificate(path).not_valid_after_utc for path in made}

    assert ends == {"ca": NOW + timedelta(3650)} | dict.fromkeys(FACES, NOW + timedelta(397))


def test_another_run_leaves_what_is_good_alone(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=NOW)
    before = contents(tmp_path)

    made = issue_certificates(tmp_path, now=NOW + timedelta(366))

    assert (made, contents(tmp_path)) == ([], before)


def test_what_ends_within_thirty_days_is_renewed_under_the_same_ca(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=NOW)
    ca = (tmp_path / "ca.pem").read_bytes()

    made = issue_certificates(tmp_path, now=NOW + timedelta(368))

    assert made == [tmp_path / f"{name}.pem" for name in FACES]
    assert (tmp_path / "ca.pem").read_bytes() == ca


@pytest.mark.parametrize("lost", ["set-receiver.pem", "set-receiver-key.pem"])
def test_a_lost_file_is_replaced_with_its_pair(tmp_path: Path, lost: str) -> None:
    issue_certificates(tmp_path, now=NOW)
    (tmp_path / lost).unlink()

    made = issue_certificates(tmp_path, now=NOW)

    assert made == [tmp_path / "set-receiver.pem"]
    assert issue_certificates(tmp_path, now=NOW) == []


def test_an_interrupted_first_run_is_finished(tmp_path: Path) -> None:
    """The key of the CA is written before its certificate."""
    issue_certificates(tmp_path, now=NOW)
    (tmp_path / "ca.pem").unlink()
    key = (tmp_path / "authority" / "ca-key.pem").read_bytes()

    made = issue_certificates(tmp_path, now=NOW)

    assert tmp_path / "ca.pem" in made
    assert (tmp_path / "authority" / "ca-key.pem").read_bytes() == key


def test_a_ca_without_its_key_is_not_replaced(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=NOW)
    (tmp_path / "authority" / "ca-key.pem").unlink()
    before = contents(tmp_path)

    with pytest.raises(StartError, match=r"ca-key\.pem cannot be read"):
        issue_certificates(tmp_path, now=NOW)

    assert contents(tmp_path) == before


def test_a_ca_that_ends_soon_is_not_replaced(tmp_path: Path) -> None:
    issue_certificates(tmp_path, now=NOW)
    before = contents(tmp_path)

    with pytest.raises(StartError, match="make another one in a new folder"):
        issue_certificates(tmp_path, now=NOW + timedelta(3630))

    assert contents(tmp_path) == before


def test_the_command_tells_what_it_made(tmp_path: Path) -> None:
    first = helio("certificates", str(tmp_path / "certs"))
    second = helio("certificates", str(tmp_path / "certs"))

    assert first.stdout == "".join(f"made {tmp_path}/certs/{name}.pem\n" for name in ("ca", *FACES))
    assert second.stdout == f"all certificates in {tmp_path}/certs are good for 30 days and more\n"
