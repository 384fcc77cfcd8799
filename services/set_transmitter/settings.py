"""What the transmitter reads from its environment (docs/configuration.md)."""

from pydantic import Field

from servicekit.settings import ServiceSettings


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
