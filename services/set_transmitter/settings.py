"""What the transmitter reads from its environment (docs/configuration.md)."""

from pydantic import Field

from servicekit.settings import ServiceSettings
from set_transmitter.domain.retention import Limits


class Settings(ServiceSettings):
    """The transmitter's own settings."""

    push_timeout_seconds: float = Field(default=15.0, gt=0)
    """How long a receiver may take to answer a push."""
    push_parallel: int = Field(default=16, ge=1, le=256)
    """The most SETs of one stream under way at a time."""
    push_budget_attempts: int = Field(default=20, ge=1, le=100_000)
    push_budget_seconds: float = Field(default=86_400.0, ge=0)
    """A stream none of whose pushes has been accepted for so long, and so often, is held."""
    push_refused_seconds: float = Field(default=600.0, ge=0)
    """For how long a SET is tried again that is refused with invalid_key or access_denied."""
    poll_wait_seconds: float = Field(default=30.0, ge=0, le=50)
    """How long a poll is held when there is nothing; below a proxy's usual 60 seconds."""
    poll_visibility_seconds: float = Field(default=20.0, gt=0)
    """After how long a SET that was handed out and not acknowledged is handed out again."""

    event_retention_days: float = Field(default=90.0, gt=0, le=36_500)
    """How long the log keeps events that every stream of their tenant has settled."""
    event_retention_mb: int = Field(default=10_240, ge=1)
    """Above how many MB the oldest of those go earlier."""
    event_hard_retention_days: float | None = Field(default=None, gt=0, le=36_500)
    """After how long an event goes though a stream has not settled it; never by default."""
    event_hard_retention_mb: int | None = Field(default=None, ge=1)
    """Above how many MB the oldest go though a stream has not settled them; never by default."""

    def retention(self) -> Limits:
        """Return the limits of the event log."""
        return Limits(
            age=_microseconds(self.event_retention_days),
            size=_bytes(self.event_retention_mb),
            hard_age=_microseconds(self.event_hard_retention_days),
            hard_size=_bytes(self.event_hard_retention_mb),
        )


def _microseconds(days: float | None) -> int | None:
    return None if days is None else int(days * 86_400_000_000)


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * 1024 * 1024
