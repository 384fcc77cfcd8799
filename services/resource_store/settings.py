"""The store's settings (docs/configuration.md)."""

from collections.abc import Sequence

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of all services, and the store's own."""

    password_threads: int = Field(default=2, ge=1)
    """How many passwords are hashed at the same time; each takes 19 MiB."""
    scim_indexed_paths: str = ""
    """Attribute paths that have an index beside the usual ones, with commas between them."""

    scim_retention_days: int = Field(default=30, ge=0, le=3650)
    """For so long a deleted resource can be restored; 0 keeps nothing of it."""

    def indexed_paths(self) -> Sequence[str]:
        """Return the paths, one by one."""
        return [path for part in self.scim_indexed_paths.split(",") if (path := part.strip())]
