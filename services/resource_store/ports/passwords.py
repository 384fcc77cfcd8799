"""What the commands need for passwords."""

from typing import Protocol


class Passwords(Protocol):
    """Hashes passwords, which takes long, without holding up others."""

    async def hashed(self, password: str) -> str:
        """Return a salted hash."""

    async def matches(self, password: str, password_hash: str) -> bool:
        """Whether the hash is one of this password."""
