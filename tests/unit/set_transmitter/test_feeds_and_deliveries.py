"""What a stream with a feed of its own delivers: by the tail, by scanning, and by a snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from support.told_changes import TYPES
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import CountingSigning, Transmitter, a_transmitter

from secevent.scim_events import CREATE_FULL, FEED_REMOVE
from secevent.token import SecurityEventToken
from set_transmitter.domain.events import Event
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.snapshots import Reach, SnapshotPage
from set_transmitter.domain.streams import Stream

STREAM = a_stream(events_delivered=frozenset({CREATE_FULL, FEED_REMOVE}))
ANNS = replace(STREAM, feed=Feed('userName sw "ann"', (), TYPES))
BENS = replace(STREAM, feed=Feed('userName sw "ben"', (), TYPES))
ANN = an_event()
BEN = an_event(subject_uri="/Users/ben", data=b'{"id":"ben","userName":"ben"}')


@dataclass
class NotingSigning(CountingSigning):
    """Keeps what it has signed."""

    tokens: list[SecurityEventToken] = field(default_factory=list)

    async def sign(self, stream: Stream, tokens: Sequence[SecurityEventToken]) -> list[str]:
        self.tokens.extend(tokens)
        return await super().sign(stream, tokens)


@pytest.fixture
def transmitter() -> Transmitter:
    return a_transmitter()


async def sent(transmitter: Transmitter, stream: Stream) -> list[tuple[int, str]]:
    """Return what is made ready to be sent: positions and JWTs."""
    outbox = transmitter.outbox(stream)
    await transmitter.load(outbox)
    taken = outbox.backlog.take(10, now=0)
    await transmitter.prepare(outbox, taken, now=0)
    return [(each.position, each.jwt or "") for each in taken]


async def test_the_tail_and_a_scan_show_the_same(transmitter: Transmitter) -> None:
    await transmitter.configure(ANNS)
    await transmitter.happen(BEN, ANN, BEN)

    again = await transmitter.restarted()

    assert [at for at, _ in await sent(transmitter, ANNS)] == [2]
    assert [at for at, _ in await sent(again, ANNS)] == [2]


async def test_another_filter_is_for_what_was_not_signed_yet(transmitter: Transmitter) -> None:
    await transmitter.configure(ANNS)
    await transmitter.happen(ANN)
    signed = await sent(transmitter, ANNS)
    await transmitter.happen(replace(ANN, subject_uri="/Users/annette"), BEN)

    await transmitter.configure(BENS)

    (first, second) = await sent(transmitter, BENS)
    assert [first] == signed
    assert second[0] == 3


async def test_a_snapshot_tells_of_the_feed_and_of_what_is_outside(
    transmitter: Transmitter,
) -> None:
    signing = NotingSigning()
    transmitter.prepare = replace(transmitter.prepare, signing=signing)
    await transmitter.configure(ANNS)
    await transmitter.take_snapshots.begin(ANNS.stream_id)
    page = _page(ANN, BEN)
    await transmitter.take_snapshots.go_on(
        ANNS.stream_id, page, after_key="", feed_cursor="later", now=NOW
    )

    await sent(transmitter, ANNS)

    assert [(each.sub_id, *each.events) for each in signing.tokens] == [
        ({"format": "scim", "uri": "/Users/ann", "externalId": "e-1"}, CREATE_FULL),
        ({"format": "scim", "uri": "/Users/ben"}, FEED_REMOVE),
    ]


def _page(*events: Event) -> SnapshotPage:
    return SnapshotPage(events, len(events), "", Reach(("User", "Group")), len(events))
