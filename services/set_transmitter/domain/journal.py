"""What the registrar's journal tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """A transmit stream was created, changed or deleted."""

    tenant: str
    stream_id: str


@dataclass(frozen=True, slots=True)
class KeyRotated:
    """A tenant signs with another key now."""

    tenant: str


@dataclass(frozen=True, slots=True)
class TokenChanged:
    """A bearer token does not grant what it did."""

    token_hash: bytes


@dataclass(frozen=True, slots=True)
class TenantChanged:
    """A tenant was made or configured, or its deletion has begun or ended."""

    tenant: str


JournalEntry = StreamChanged | KeyRotated | TokenChanged | TenantChanged
