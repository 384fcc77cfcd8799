"""`helio certificates`: the cluster's CA, and a certificate for each service, for mutual TLS."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from servicekit.certificates import flaw_of
from servicekit.faces import FACES
from servicekit.failures import StartError
from servicekit.identity import CertificateFiles, Identity
from servicekit.settings import private_folder

CA_VALIDITY: Final = timedelta(days=3650)
SERVICE_VALIDITY: Final = timedelta(days=397)
RENEWAL: Final = timedelta(days=30)
"""A certificate that expires sooner is renewed."""
_CLOCK_SKEW: Final = timedelta(hours=1)
_CA_NAME: Final = "Heliograph services"


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def issue_certificates(folder: Path, *, now: datetime) -> Sequence[Path]:
    """Make what is missing of a folder's CA and certificates, and renew what expires soon.

    Returns the certificates that were made. Raises `StartError` when that cannot be.
    """
    private_folder(folder)
    authority, made = _authority(folder, now=now)
    for service in FACES:
        files = CertificateFiles(folder, service)
        if not _is_good(files, now=now + RENEWAL):
            _issue(files, authority, now=now)
            made.append(files.certificate)
    return made


def _authority(folder: Path, *, now: datetime) -> tuple[_Authority, list[Path]]:
    """Return the folder's CA, and its certificate's path if it was made now."""
    path = folder / "ca.pem"
    key_path = private_folder(folder / "authority") / "ca-key.pem"
    if path.exists():
        return _Authority(_usable_ca(path, now=now), _ca_key(key_path, path)), []
    # A key without its certificate is what an interruption left, and as good as a new one.
    key = _ca_key(key_path, path) if key_path.exists() else _new_key(key_path)
    certificate = _ca_certificate(key, now=now)
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return _Authority(certificate, key), [path]


def _usable_ca(path: Path, *, now: datetime) -> x509.Certificate:
    ca = x509.load_pem_x509_certificate(path.read_bytes())
    if ca.not_valid_after_utc <= now + RENEWAL:
        raise StartError(
            f"the CA {path} is valid until {ca.not_valid_after_utc:%Y-%m-%d} only: make another"
            " one in a new folder, and give all services certificates of it"
        )
    return ca


def _ca_key(key_path: Path, path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except OSError as error:
        raise StartError(
            f"{path} is there, and its key {key_path} cannot be read: {error.strerror}"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StartError(f"{key_path} is not a key of the kind that this command makes")
    return key


def _is_good(files: CertificateFiles, *, now: datetime) -> bool:
    try:
        identity = Identity(
            files.ca.read_bytes(), files.certificate.read_bytes(), files.key.read_bytes()
        )
    except FileNotFoundError:
        return False
    return flaw_of(identity, files.service, now=now) is None


def _issue(files: CertificateFiles, authority: _Authority, *, now: datetime) -> None:
    key = _new_key(files.key)
    certificate = _service_certificate(files.service, key.public_key(), authority, now=now)
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _ca_certificate(key: ec.EllipticCurvePrivateKey, *, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _CA_NAME)])
    builder = _builder(name, name, key.public_key(), now=now, validity=CA_VALIDITY)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _service_certificate(
    service: str, public_key: ec.EllipticCurvePublicKey, authority: _Authority, *, now: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, service)])
    issuer = authority.certificate.subject
    validity = min(SERVICE_VALIDITY, authority.certificate.not_valid_after_utc - now)
    both_sides = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    of_ca = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    return (
        _builder(subject, issuer, public_key, now=now, validity=validity)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(service)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both_sides), critical=False)
        .add_extension(of_ca, critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    validity: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + validity)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(path, pem, mode=0o600)
    return key


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in its place whole, or not at all."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise StartError(f"cannot write {path}: {error.strerror}") from None
