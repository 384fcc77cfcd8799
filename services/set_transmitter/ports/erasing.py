"""Removing what the log has of an erased resource."""

from typing import Protocol

from set_transmitter.domain.erasures import Erasure, Removed


class Erasing(Protocol):
    """Empties events at their places, so that every cursor stands."""

    async def erase(self, erasure: Erasure) -> Removed:
        """Let no stream be told of the events that the erasure covers, and leave no data of them.

        The deletion stays, without an externalId. Signed SETs go, and dead letters: but for those
        of the deletion, of which the receiver's words go. Durable on return.
        """
        ...

    async def make_unreadable(self) -> None:
        """Return when nothing that was removed can be read out of the files any more."""
        ...
