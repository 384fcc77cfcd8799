"""Taking in what applications publish, however it comes: what waits together shares a commit."""

import time
from collections.abc import Sequence

from servicekit.coalescing import Coalescer
from set_transmitter.commands.publish_events import Outcome, PublishEvents
from set_transmitter.domain.publications import Publication
from set_transmitter.entrypoints.stream_news import StreamNews


class PublicationConflictError(Exception):
    """Another payload was published under the same txn, type and subject."""

    reason = "PUBLICATION_CONFLICT"

    def __init__(self, txn: str) -> None:
        super().__init__(
            f"the txn {txn!r} has told of an event of this type and subject with another payload:"
            " send the same one again, or another txn"
        )


class TenantClosedError(Exception):
    """The tenant is being deleted."""

    reason = "TENANT_CLOSED"

    def __init__(self) -> None:
        super().__init__("the tenant is being deleted: nothing is published for it any more")


class Publisher:
    """Publishes for many callers, and wakes who waits for it."""

    def __init__(self, publish: PublishEvents, news: StreamNews) -> None:
        self._publish = publish
        self._news = news
        self._together: Coalescer[Publication, Outcome] = Coalescer(self._send, in_flight=1)

    async def __call__(self, publication: Publication) -> None:
        """Return once the event is durable, be it by this call or by an earlier one.

        Raises `PublicationConflictError` or `TenantClosedError`.
        """
        match await self._together(publication):
            case Outcome.CONFLICTING:
                raise PublicationConflictError(publication.event.txn)
            case Outcome.CLOSED:
                raise TenantClosedError

    async def _send(self, publications: Sequence[Publication]) -> Sequence[Outcome]:
        published = await self._publish(publications, at=time.time_ns() // 1000)
        self._news.log.publish()
        self._news.publish(published.told)
        return published.outcomes
