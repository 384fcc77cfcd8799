"""The folder of a cluster in containers: its certificates, its secrets and its settings."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from helio.certificates import issue_certificates
from heliograph_compose.images import EDGE, HELIOGRAPH
from heliograph_compose.settings import ComposeSettings
from servicekit.faces import FACES
from servicekit.identity import CertificateFiles
from servicekit.settings import private_folder

_USER_OF_THE_IMAGE: Final = 10001


class SecretsFolder:
    """Makes on the first start what every later one needs again."""

    def __init__(self, settings: ComposeSettings) -> None:
        self._settings = settings
        self._folder = settings.folder.resolve()
        self._certificates = self._folder / "certificates"
        self._registrar = self._folder / "ssf-registrar.env"
        self.environment = self._folder / "compose.env"
        """What compose.yaml is filled in with."""

    def prepare(self, *, mongo_image: str) -> None:
        """Make secrets that are missing, renew certificates, write the settings."""
        private_folder(self._folder)
        issue_certificates(self._certificates, now=datetime.now(UTC))
        self._give_keys_to(_user())
        if not self._registrar.exists():
            _write(self._registrar, _fresh_secrets())
        _write(self.environment, self._variables(mongo_image))

    def admin_token(self) -> str:
        """Return the token with every scope of the default tenant."""
        lines = self._registrar.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)["HELIOGRAPH_ADMIN_TOKEN"]

    def _give_keys_to(self, user: int) -> None:
        if os.getuid() != user:
            for service in FACES:
                os.chown(CertificateFiles(self._certificates, service).key, user, user)

    def _digest_of_certificates(self) -> str:
        files = [CertificateFiles(self._certificates, service).certificate for service in FACES]
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    def _variables(self, mongo_image: str) -> Mapping[str, str]:
        return {
            "HELIOGRAPH_FOLDER": str(self._folder),
            "HELIOGRAPH_UID": str(_user()),
            "HELIOGRAPH_CERTIFICATES_DIGEST": self._digest_of_certificates(),
            "HELIOGRAPH_IMAGE": HELIOGRAPH,
            "HELIOGRAPH_EDGE_IMAGE": EDGE,
            "HELIOGRAPH_MONGO_IMAGE": mongo_image,
            "HELIOGRAPH_EDGE_ADDRESS": f"127.0.0.1:{self._settings.port}",
            "HELIOGRAPH_PUBLIC_URL": self._settings.public_url,
        }


def _user() -> int:
    """Return the user that containers run as: who may read the keys, and never root."""
    return os.getuid() or _USER_OF_THE_IMAGE


def _fresh_secrets() -> Mapping[str, str]:
    return {
        "HELIOGRAPH_ADMIN_TOKEN": secrets.token_urlsafe(32),
        "HELIOGRAPH_MASTER_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def _write(path: Path, variables: Mapping[str, str]) -> None:
    """Put a file of variables in its place whole, for its owner alone."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in variables.items())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
