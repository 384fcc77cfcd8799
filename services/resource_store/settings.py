"""The store's settings (docs/configuration.md)."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of all services, and the store's own."""

    password_threads: int = Field(default=2, ge=1)
    """How many passwords are hashed at the same time; each takes 19 MiB."""
