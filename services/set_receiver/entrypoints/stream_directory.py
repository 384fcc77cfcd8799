"""The receive streams as they are now, kept so by the registrar's journal."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from servicekit.following import follow
from servicekit.signals import News
from set_receiver.domain.errors import StreamUnknownError
from set_receiver.domain.fetching import Publisher
from set_receiver.domain.streams import ReceiveStream
from set_receiver.ports.streams import (
    JournalEntry,
    RegisteredStreams,
    StreamEntry,
    TenantEntry,
    TokenEntry,
)

DEFAULT_TENANT = "default"


@dataclass(slots=True)
class StreamDirectory:
    """The streams by stream_id, and a signal whenever one of them changes.

    Those of tenants that are being deleted are not there.
    """

    registered: RegisteredStreams
    is_loaded: bool = False
    changed: News = field(default_factory=News)
    tenants: News = field(default_factory=News)
    """Published when a tenant may have changed."""
    _closed: set[str] = field(default_factory=set)
    _streams: dict[str, ReceiveStream] = field(default_factory=dict)

    async def find(self, stream_id: str) -> ReceiveStream | None:
        """Return a stream of the default tenant; None when there is none such.

        One that is not known yet may have been made a moment ago, so the registrar is asked; raises
        `RemoteUnavailableError` when it is away.
        """
        known = self._streams.get(stream_id)
        found = known or await self.registered.get(DEFAULT_TENANT, stream_id)
        return None if found is None or found.tenant in self._closed else found

    def knows(self, stream_id: str) -> bool:
        """Tell whether there is such a stream, as far as the journal has told."""
        return stream_id in self._streams

    def publisher_of(self, tenant: str, stream_id: str) -> Publisher | None:
        """Return where a stream's resources are fetched, as the port `StreamPublishers` says."""
        stream = self._streams.get(stream_id)
        if stream is None or stream.tenant != tenant:
            raise StreamUnknownError(is_registrar_away=not self.is_loaded)
        return stream.publisher

    def all(self) -> Sequence[ReceiveStream]:
        """Return all streams."""
        return tuple(each for each in self._streams.values() if each.tenant not in self._closed)

    def close(self, tenants: Collection[str]) -> None:
        """Have no streams of these tenants any more."""
        if not self._closed.issuperset(tenants):
            self._closed.update(tenants)
            self.changed.publish()

    def load(self, streams: Sequence[ReceiveStream]) -> None:
        """Take these for all the streams there are."""
        self._streams = {stream.stream_id: stream for stream in streams}
        self.is_loaded = True
        self.changed.publish()

    def put(self, stream_id: str, stream: ReceiveStream | None) -> None:
        """Take this for the stream as it is now, None for deleted."""
        if stream is None:
            self._streams.pop(stream_id, None)
        else:
            self._streams[stream_id] = stream
        self.changed.publish()


async def follow_journal(
    directory: StreamDirectory,
    *,
    forget_token: Callable[[bytes], None],
    forget_all_tokens: Callable[[], None],
) -> None:
    """Keep the directory and the remembered tokens current, until cancelled."""
    registered = directory.registered

    async def start() -> str:
        streams, cursor = await registered.all()
        forget_all_tokens()
        directory.load(streams)
        directory.tenants.publish()
        return cursor

    async def handle(entries: Sequence[JournalEntry], _cursor: str) -> None:
        for entry in dict.fromkeys(entries):
            match entry:
                case TokenEntry(token_hash):
                    forget_token(token_hash)
                case TenantEntry():
                    directory.tenants.publish()
                case StreamEntry(tenant, stream_id):
                    directory.put(stream_id, await registered.get(tenant, stream_id))

    await follow("ssf-registrar journal", start=start, read=registered.read, handle=handle)
