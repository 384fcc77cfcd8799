"""Where changes of tokens and tenants are told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class TokenChanged:
    """A token was made, changed or revoked; it is named by its SHA-256."""

    token_hash: bytes


@dataclass(frozen=True, slots=True)
class TenantChanged:
    """A tenant was made or configured, or its deletion began or ended."""

    tenant: str


JournalEntry: TypeAlias = TokenChanged | TenantChanged


class Journal(Protocol):
    """An ordered feed, read with a cursor."""

    async def read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        """Wait for news; return the entries after a cursor, and the next cursor."""
        ...
