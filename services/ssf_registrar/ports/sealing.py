"""Encrypting what is secret at rest."""

from typing import Protocol


class UnsealingError(Exception):
    """What was sealed cannot be opened: another key, another row, or a damaged value."""


class Sealer(Protocol):
    """Seals secrets under the master key, each bound to the identity of its row."""

    def seal(self, secret: bytes, *, identity: str) -> bytes:
        """Return the secret, encrypted and authenticated."""

    def unseal(self, sealed: bytes, *, identity: str) -> bytes:
        """Return the secret. Raises `UnsealingError`, also for another identity."""
