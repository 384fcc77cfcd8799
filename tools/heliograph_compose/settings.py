"""What `make compose-up` reads from its environment (docs/containers.md)."""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parents[2]


class ComposeSettings(BaseSettings):
    """Where the cluster in containers is kept and found."""

    model_config = SettingsConfigDict(env_prefix="HELIOGRAPH_COMPOSE_", frozen=True)

    project: str = "heliograph"
    """The compose project: two of them do not know each other."""
    folder: Path = ROOT / ".compose"
    """Certificates and secrets; made on the first start, and needed ever after."""
    port: int = Field(default=8080, ge=1, le=65535)
    """The one port of the edge, on loopback."""
    base: str | None = None
    """The image to build on; unset, Debian's from a registry, or one of Debian's packages."""
    mongo_image: str | None = None
    """MongoDB's image; unset, mongo:7 from a registry, or one of the development dependency."""

    @property
    def public_url(self) -> str:
        """The origin of all faces."""
        return f"http://127.0.0.1:{self.port}"
