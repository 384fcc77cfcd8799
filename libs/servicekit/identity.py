"""Who a service is to its peers over TCP: a certificate of the cluster's own CA (mutual TLS)."""

import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import grpc

from servicekit.failures import StartError


@dataclass(frozen=True, slots=True)
class Identity:
    """A service's certificate and key, and the CA whose certificates it believes; all PEM."""

    ca: bytes
    certificate: bytes
    key: bytes = field(repr=False)

    def server_credentials(self) -> grpc.ServerCredentials:
        """Return what lets in clients with a certificate of the CA, and no others."""
        return grpc.ssl_server_credentials(
            [(self.key, self.certificate)], root_certificates=self.ca, require_client_auth=True
        )

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Return what shows the certificate to a server, and believes those of the CA."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a service's identity is within a folder of certificates."""

    folder: Path
    service: str

    @property
    def ca(self) -> Path:
        """The certificate of the cluster's CA."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The service's certificate."""
        return self.folder / f"{self.service}.pem"

    @property
    def key(self) -> Path:
        """The service's private key, for its owner alone."""
        return self.folder / f"{self.service}-key.pem"


def read_identity(folder: Path, service: str) -> Identity:
    """Return the identity of a service from `helio certificates`' folder.

    Raises `StartError` when a file is missing or unfit, or others may read the key.
    """
    files = CertificateFiles(folder, service)
    try:
        mode = stat.S_IMODE(files.key.stat().st_mode)
        if mode & 0o077:
            raise StartError(
                f"{files.key} may be read by others than its owner: chmod 600 {files.key}"
            )
        identity = Identity(
            ca=files.ca.read_bytes(),
            certificate=files.certificate.read_bytes(),
            key=files.key.read_bytes(),
        )
    except OSError as error:
        raise StartError(
            f"cannot read {error.filename}: {error.strerror};"
            f" `helio certificates {folder}` makes what is missing"
        ) from None
    # Imported only here: an embedded cluster need not wait for it at its start.
    from servicekit.certificates import flaw_of  # noqa: PLC0415

    if (flaw := flaw_of(identity, service, now=datetime.now(UTC))) is not None:
        raise StartError(f"{files.certificate} {flaw}; `helio certificates {folder}` renews it")
    return identity
