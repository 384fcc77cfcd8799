"""Following the registrar's journal: streams, keys and tokens as they are now."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from servicekit.bearer import BearerTokens
from servicekit.following import follow
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.domain.journal import (
    JournalEntry,
    KeyRotated,
    StreamChanged,
    TenantChanged,
    TokenChanged,
)
from set_transmitter.entrypoints.stream_news import StreamNews

ReadJournal = Callable[[str], Awaitable[tuple[Sequence[JournalEntry], str]]]


@dataclass(frozen=True, slots=True)
class JournalLoop:
    """Takes over what changes in the registrar for as long as the process lives."""

    read_journal: ReadJournal
    keep_streams: KeepStreams
    forget_keys: Callable[[str], None]
    tokens: BearerTokens
    news: StreamNews

    async def run(self) -> None:
        """Follow the journal until cancelled."""
        await follow("journal", start=self._start, read=self.read_journal, handle=self._handle)

    async def _start(self) -> str:
        self.tokens.forget_all()
        touched, cursor = await self.keep_streams.list_all()
        self._publish(touched)
        self.news.tenants.publish()
        return cursor

    async def _handle(self, entries: Sequence[JournalEntry], _cursor: str) -> None:
        changed: list[tuple[str, str]] = []
        for entry in entries:
            match entry:
                case StreamChanged(tenant, stream_id):
                    changed.append((tenant, stream_id))
                case KeyRotated(tenant):
                    self.forget_keys(tenant)
                case TokenChanged(token_hash):
                    self.tokens.forget(token_hash)
                case TenantChanged():
                    self.news.tenants.publish()
        await self.keep_streams.look_again(changed)
        self._publish({stream_id for _, stream_id in changed})

    def _publish(self, stream_ids: set[str]) -> None:
        self.news.publish(stream_ids)
        self.news.streams.publish()
