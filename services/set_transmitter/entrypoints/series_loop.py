"""Letting the series of streams that are gone end, so that their number stays bounded."""

from typing import Final

from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.entrypoints.measures import forget_others
from set_transmitter.entrypoints.stream_news import StreamNews

_LOOK_SECONDS: Final = 60.0


async def forget_gone_series(outboxes: Outboxes, contacts: Contacts, news: StreamNews) -> None:
    """Forget what is only remembered of streams that are gone, until cancelled."""
    while True:
        edition = news.streams.edition
        stream_ids = {outbox.stream.stream_id for outbox in outboxes}
        contacts.keep_only(stream_ids)
        forget_others(stream_ids)
        await news.streams.wait_past(edition, seconds=_LOOK_SECONDS)
