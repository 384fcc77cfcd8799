"""What a certificate must be for a service to be known by it (RFC 5280)."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from servicekit.identity import Identity


def flaw_of(identity: Identity, service: str, *, now: datetime) -> str | None:
    """Return what keeps an identity from being used at a time, put after its name; else None."""
    try:
        certificate = x509.load_pem_x509_certificate(identity.certificate)
        ca = x509.load_pem_x509_certificate(identity.ca)
        key = load_pem_private_key(identity.key, password=None)
    except (ValueError, TypeError):
        return "or its key or CA is no PEM file of its kind"
    if certificate.public_key() != key.public_key():
        return "is not the certificate of its key"
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return "was not issued by the CA beside it"
    if service not in dns_names(certificate):
        return f"does not name {service}"
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        return f"is valid until {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC only"
    return None


def dns_names(certificate: x509.Certificate) -> Sequence[str]:
    """Return the DNS names of a certificate's subjectAltName (RFC 5280 section 4.2.1.6)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return found.value.get_values_for_type(x509.DNSName)
