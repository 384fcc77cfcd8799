"""What the gateway reads beside the settings of every service."""

from typing import Literal

from pydantic import Field

from scim_gateway.domain.paging import MAX_COUNT
from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """How SCIM is spoken."""

    scim_profile: Literal["tolerant", "entra", "okta", "strict"] = "tolerant"
    """Strict is the RFCs to the letter; the others understand what clients send (profiles.md)."""
    scim_max_body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    """A larger request body is answered with 413."""
    scim_bulk_max_operations: int = Field(default=1000, ge=1, le=5_000)
    """A bulk request of more operations is answered with 413."""
    scim_max_page_size: int = Field(default=MAX_COUNT, ge=1, le=MAX_COUNT)
    """A page has no more resources, whatever count a client asks for."""
    scim_rate_per_second: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """So many requests a second each token may send; 0 means no limit, and else 429 is answered."""
    scim_rate_burst: int = Field(default=100, ge=1)
    """So many requests a token may send at once that sent none for a while."""
    scim_brake_changes: int = Field(default=0, ge=0, le=1_000_000)
    """When more people are deleted or deactivated, the next are held for an admin; 0 means off."""
    scim_brake_minutes: int = Field(default=60, ge=1, le=10_080)
    """Within so long."""
    scim_patience_seconds: float = Field(default=8.0, gt=0)
    """A restart of a peer goes unnoticed by clients for so long; then they are asked to retry."""
    scim_cursor_seconds: int = Field(default=3600, ge=1, le=86_400)
    """So long a cursor lives; the next page brings a new one."""
    scim_retention_days: int = Field(default=30, ge=0, le=3650)
    """For so long a deleted resource can be restored; 0 keeps nothing of it."""
    scim_reuses_ids: bool = False
    """Whether what is created again with the same externalId gets the id that was deleted."""
    scim_request_log: Literal["off", "errors", "all"] = "errors"
    """Which requests are kept for `helio requests`: `errors` are those with 400 and above."""
    scim_request_log_days: int = Field(default=14, ge=1, le=3650)
    """So long a request is kept."""
    scim_request_log_megabytes: int = Field(default=256, ge=1, le=1_000_000)
    """Above that the oldest requests are removed."""
