"""Where requests are kept that are answered before they are carried out."""

from collections.abc import Sequence
from typing import Protocol

from scim_gateway.domain.async_requests import AsyncRequest, Completion, Promise, Waiting
from scim_gateway.domain.writes import Write


class AsyncRequests(Protocol):
    """The requests of every tenant. Each method raises as `ResourceStore` does."""

    async def check(self, write: Write) -> None:
        """Raise `StoreRefusedError` where a write would be refused now; change nothing."""

    async def queue(self, request: AsyncRequest) -> None:
        """Make a request durable; asked again with the same (tenant, txn), it does nothing."""

    async def waiting(self, *, limit: int) -> Sequence[Waiting]:
        """Return the requests without an outcome, in the order in which they were accepted."""

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        """Give a request its outcome; it keeps one that it has."""

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and what became of it; None where it is unknown, or forgotten."""
