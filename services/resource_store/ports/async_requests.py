"""What the commands need to keep of requests that are answered before they are carried out."""

from collections.abc import Sequence
from typing import Protocol

from resource_store.domain.async_requests import AsyncRequest, Completion, Promise


class AsyncRequests(Protocol):
    """Keeps each request from before its 202 until some time after its outcome.

    A request that leads to a change gets its outcome in the transaction of that change: by the
    `answer` of its transition, which has the request's txn.
    """

    async def queue(self, requests: Sequence[AsyncRequest]) -> None:
        """Make requests durable; one that is known by its tenant and txn is not queued again."""

    async def waiting(self, *, limit: int) -> Sequence[AsyncRequest]:
        """Return the requests without an outcome, in the order in which they were accepted."""

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        """Give a request its outcome where no change does; it keeps one that it has.

        In the same transaction the change feed tells of each completion.
        """

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and its outcome."""

    async def forget(self, *, settled_before: int) -> None:
        """Remove requests that got their outcome before a moment, in microseconds."""
