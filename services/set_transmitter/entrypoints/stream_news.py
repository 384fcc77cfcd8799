"""Who is woken when a stream has something new."""

from collections.abc import Iterable

from servicekit.signals import News


class StreamNews:
    """News of each stream, of the log as a whole, and of which streams and tenants there are."""

    def __init__(self) -> None:
        self.log = News()
        self.streams = News()
        self.tenants = News()
        self._of_stream: dict[str, News] = {}

    def of(self, stream_id: str) -> News:
        """Return the news of one stream."""
        return self._of_stream.setdefault(stream_id, News())

    def publish(self, stream_ids: Iterable[str]) -> None:
        """Wake those who wait for news of these streams."""
        for stream_id in stream_ids:
            self.of(stream_id).publish()

    def publish_all(self) -> None:
        """Wake everybody."""
        self.log.publish()
        self.streams.publish()
        self.publish(tuple(self._of_stream))
