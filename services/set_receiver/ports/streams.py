"""Where receive streams are configured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from set_receiver.domain.streams import ReceiveStream


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """A receive stream was made, changed or deleted."""

    tenant: str
    stream_id: str


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A bearer token was made, changed or revoked."""

    token_hash: bytes


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """A tenant was made or configured, or its deletion has begun or ended."""

    tenant: str


JournalEntry = StreamEntry | TokenEntry | TenantEntry


class RegisteredStreams(Protocol):
    """The registrar's receive streams, and its journal of what changes.

    Each method raises when the registrar is away, and `read` when it no longer knows the cursor, as
    `servicekit.following.follow` expects.
    """

    async def all(self) -> tuple[Sequence[ReceiveStream], str]:
        """Return every receive stream, and the cursor from which the journal goes on."""
        ...

    async def get(self, tenant: str, stream_id: str) -> ReceiveStream | None:
        """Return a receive stream as it is now; None when there is none such."""
        ...

    async def read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        """Return what concerns receivers after a cursor, waiting for it, and the next cursor."""
        ...
