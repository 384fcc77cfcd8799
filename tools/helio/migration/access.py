"""Where a migration reads from or writes to, and the token for it, which no command line holds."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from helio.api import running_cluster
from helio.settings import cluster_settings
from servicekit.failures import StartError


class _Tokens(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HELIOGRAPH_", frozen=True, extra="ignore")

    from_token: SecretStr | None = None
    to_token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A SCIM service provider, and what opens it."""

    base_uri: str
    """Without a trailing slash, e.g. https://idp.example.com/scim/v2."""
    token: str = field(repr=False)


def source_access(url: str | None, token_file: Path | None, data: Path | None) -> Access:
    """Return what `--from` names, else the cluster that runs on a data folder.

    Raises `StartError`.
    """
    return _access(url, token_file, _Tokens().from_token, data, side="from")


def target_access(url: str | None, token_file: Path | None, data: Path | None) -> Access:
    """Return what `--to` names, else the cluster that runs on a data folder.

    Raises `StartError`.
    """
    return _access(url, token_file, _Tokens().to_token, data, side="to")


def _access(
    url: str | None,
    token_file: Path | None,
    token: SecretStr | None,
    data: Path | None,
    *,
    side: str,
) -> Access:
    if url is not None:
        return Access(_base_uri(url, side), _token(token_file, token, side))
    if token_file is not None:
        raise StartError(f"--{side}-token-file is for --{side} URL, which is missing")
    settings = cluster_settings(data=data)
    running = running_cluster(settings)
    if running is None:
        raise StartError(
            f"nothing runs on {settings.data}: `helio up` starts it, --{side} URL names another"
        )
    where, admin_token = running
    return Access(f"{where.origin_of('scim-gateway')}/scim/v2", admin_token)


def _base_uri(url: str, side: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StartError(f"--{side}: not the base URI of a SCIM service: https://HOST/scim/v2")
    if parts.username is not None or parts.query or parts.fragment:
        raise StartError(f"--{side}: a base URI has no user, no query and no fragment")
    return url.rstrip("/")


def _token(token_file: Path | None, token: SecretStr | None, side: str) -> str:
    if token_file is None:
        if token is None:
            name = f"HELIOGRAPH_{side.upper()}_TOKEN"
            raise StartError(f"--{side} needs a token: set {name}, or name --{side}-token-file")
        return _one_line(token.get_secret_value(), f"HELIOGRAPH_{side.upper()}_TOKEN")
    try:
        return _one_line(token_file.read_text(), str(token_file))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise StartError(f"--{side}-token-file: cannot read {token_file}: {why}") from None


def _one_line(text: str, where: str) -> str:
    token = text.strip()
    if not token or not token.isascii() or any(not 32 < ord(letter) < 127 for letter in token):
        raise StartError(f"{where} holds no bearer token (RFC 6750 section 2.1)")
    return token
