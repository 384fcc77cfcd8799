"""What the registrar reads from its environment, beside what all services share."""

import ipaddress

from pydantic import SecretStr, field_validator
from pydantic_core import PydanticCustomError

from servicekit.settings import ServiceSettings

_SHORTEST_ADMIN_TOKEN = 16


class Settings(ServiceSettings):
    """The settings of ssf-registrar."""

    admin_token: SecretStr | None = None
    """The bearer token with every scope of the default tenant; it replaces the former one."""
    master_key: SecretStr | None = None
    """32 bytes in base64; unset, the key is in DATA/secrets/master-key, with SQLite alone."""
    allow_private_endpoints: bool = False
    """Whether streams may lead to private, link-local and metadata addresses."""

    @property
    def listens_on_loopback(self) -> bool:
        """Whether the cluster can be reached from this machine alone."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @field_validator("admin_token")
    @classmethod
    def _long_and_sendable(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value() if value is not None else "x" * _SHORTEST_ADMIN_TOKEN
        if len(token) < _SHORTEST_ADMIN_TOKEN or any(not "!" <= letter <= "~" for letter in token):
            raise PydanticCustomError(
                "admin_token",
                "must be at least 16 visible ASCII characters without spaces,"
                " e.g. from: openssl rand -hex 24",
            )
        return value
