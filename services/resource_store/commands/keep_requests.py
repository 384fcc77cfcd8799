"""Keeping requests from before their 202 until a day after their outcome (RFC 9967 section 2.5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resource_store.domain.async_requests import KEPT_SETTLED, AsyncRequest, Promise
from resource_store.domain.errors import UnknownRequestError
from resource_store.ports.async_requests import AsyncRequests


@dataclass(frozen=True, slots=True)
class KeepRequests:
    """`now` gives microseconds since 1970."""

    requests: AsyncRequests
    now: Callable[[], int]

    async def queue(self, requests: Sequence[AsyncRequest]) -> None:
        """Make requests durable, as accepted now."""
        accepted = self.now()
        await self.requests.queue([replace(each, accepted=accepted) for each in requests])

    async def find(self, tenant: str, txn: str) -> Promise:
        """Return a request and its outcome; raises `UnknownRequestError`."""
        promise = await self.requests.find(tenant, txn)
        if promise is None:
            raise UnknownRequestError
        return promise

    async def forget_old(self) -> None:
        """Remove requests that nobody may ask for any more."""
        kept = int(KEPT_SETTLED.total_seconds() * 1_000_000)
        await self.requests.forget(settled_before=self.now() - kept)
