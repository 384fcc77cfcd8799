"""A receiver's ways out, where nothing is sent on and nothing is reacted to."""

from collections.abc import Sequence

from set_receiver.domain.reactions import Lookup, Person, Reaction
from set_receiver.domain.routing import SetToRoute
from set_receiver.domain.settling import ApplyResult, Held


class NoRoutes:
    async def route(self, sets: Sequence[SetToRoute], *, seconds: float) -> None:
        raise NotImplementedError


class NoPeople:
    async def find(self, tenant: str, lookup: Lookup, *, seconds: float) -> Sequence[Person]:
        raise NotImplementedError

    async def act(
        self, reaction: Reaction, person: Person, *, seconds: float
    ) -> ApplyResult | Held:
        raise NotImplementedError
