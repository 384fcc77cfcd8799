"""What this service reads from its environment (docs/configuration.md)."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """The receiver's own settings beside those of every service."""

    apply_retry_seconds: float = Field(default=600.0, ge=0)
    """How long a change may fail that another change, still on its way, may make possible."""
    scim_brake_changes: int = Field(default=0, ge=0, le=1_000_000)
    """As for scim-gateway: what received events set off meets the same brake."""
    scim_brake_minutes: int = Field(default=60, ge=1, le=10_080)
    """Within so long."""
    poll_max_events: int = Field(default=100, ge=1, le=1000)
    """The most SETs to ask a transmitter for in one poll (RFC 8936 section 2.2)."""
