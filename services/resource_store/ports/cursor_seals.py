"""What makes cursors opaque, and tells forged ones."""

from typing import Protocol


class CursorSeal(Protocol):
    """Seals what a client shall hold but neither read nor change.

    Every process of the store opens what any of them has sealed.
    """

    def seal(self, content: bytes, *, bound_to: bytes) -> str:
        """Return the content as a text of unreserved characters (RFC 3986 section 2.3)."""

    def open(self, text: str, *, bound_to: bytes) -> bytes | None:
        """Return the content; None for what was not sealed, or was bound to something else."""
