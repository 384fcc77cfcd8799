"""Whom reactions are done to."""

from collections.abc import Sequence
from typing import Protocol

from set_receiver.domain.reactions import Lookup, Person, Reaction
from set_receiver.domain.settling import ApplyResult, Held


class People(Protocol):
    """The store, as one who deactivates, activates and deletes people sees it.

    Each method raises `StoreUnavailableError` after so many seconds.
    """

    async def find(self, tenant: str, lookup: Lookup, *, seconds: float) -> Sequence[Person]:
        """Return whom a look-up finds: two of them where there are more."""
        ...

    async def act(
        self, reaction: Reaction, person: Person, *, seconds: float
    ) -> ApplyResult | Held:
        """Do what a reaction says, once however often it is asked for."""
        ...
