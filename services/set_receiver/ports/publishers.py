"""Publishers of resources, as one who is told of changes without their data sees them."""

from typing import Protocol

from set_receiver.domain.fetching import Answer, Publisher


class StreamPublishers(Protocol):
    """The publishers of the receive streams."""

    def publisher_of(self, tenant: str, stream_id: str) -> Publisher | None:
        """Return where a stream's resources are fetched; None where it is configured nowhere.

        Raises `StreamUnknownError` while nothing is known of the stream.
        """
        ...


class PublishedResources(Protocol):
    """Fetches resources over SCIM."""

    async def fetch(self, publisher: Publisher, uri: str) -> Answer:
        """Return the resource at a relative URI, e.g. "/Users/2b2f", or why it cannot be had."""
        ...
