"""What every storage of the log does with the events of an erased resource."""

from dataclasses import replace

import pytest
from support.transmitter_events import NOW, a_stream, an_event

from secevent.caep_events import CREDENTIAL_CHANGE, SESSION_REVOKED
from secevent.risc_events import ACCOUNT_PURGED
from secevent.scim_events import DELETE
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import OUTLIVING_SIGNALS
from set_transmitter.domain.progress import DeadLetter, Page, Progress

STREAM = a_stream()
OTHER = a_stream(stream_id="of-another", tenant="other")
ERASURE = Erasure("default", "ann", through=NOW)


def dead_letter(position: int, *, event_type: str = "urn:x", stream_id: str = "") -> DeadLetter:
    return DeadLetter(
        stream_id=stream_id or STREAM.stream_id,
        position=position,
        jti=f"jti-{position}",
        err="invalid_request",
        description="ann is unknown",
        subject_uri="/Users/ann",
        event_type=event_type,
        at=NOW,
    )


@pytest.fixture(autouse=True)
async def events(logbook: Logbook) -> None:
    """Log a creation and a change of ann, one of joann, and the deletion of ann."""
    await logbook.deliveries.open(STREAM)
    await logbook.deliveries.open(OTHER)
    told = [
        an_event(),
        an_event(kind="patch", state=b'{"title":"Dr"}', replaced=b'{"title":null}'),
        an_event(subject_uri="/Users/joann"),
        an_event(kind="delete", data=None, attributes=(), state=b'{"title":"Dr"}'),
        an_event(tenant="other"),
    ]
    await logbook.log.append(told, feed_cursor="5")


async def page(logbook: Logbook) -> Page:
    return await logbook.deliveries.read(STREAM, after=0, limit=100)


async def test_of_an_erased_resource_only_the_deletion_is_told(logbook: Logbook) -> None:
    removed = await logbook.erasing.erase(ERASURE)

    found = await page(logbook)
    assert [(each.position, each.logged.event) for each in found.pending] == [
        (3, an_event(subject_uri="/Users/joann")),
        (4, an_event(kind="delete", data=None, attributes=(), external_id="")),
    ]
    assert removed == Removed(events=2, sets=0, dead_letters=0)
    assert await logbook.log.end() == 5


async def test_the_end_of_the_sessions_is_told_and_other_signals_are_not(logbook: Logbook) -> None:
    person = b'{"format":"email","email":"ann@example.com"}'
    signals = [
        an_event(kind="signal", event_type=uri, subject=person, data=b'{"a":1}', attributes=())
        for uri in (CREDENTIAL_CHANGE, SESSION_REVOKED, ACCOUNT_PURGED)
    ]
    published = replace(signals[2], resource_type="")
    await logbook.log.append([*signals, published], feed_cursor="9")
    stream = a_stream(events_delivered=frozenset({CREDENTIAL_CHANGE, *OUTLIVING_SIGNALS}))

    await logbook.erasing.erase(ERASURE)

    found = await logbook.deliveries.read(stream, after=0, limit=100)
    assert [(each.position, each.logged.event) for each in found.pending] == [
        (7, replace(signals[1], external_id="", subject=None)),
        (8, replace(signals[2], external_id="", subject=None)),
    ]


async def test_another_tenant_keeps_what_it_has(logbook: Logbook) -> None:
    await logbook.erasing.erase(ERASURE)

    found = await logbook.deliveries.read(OTHER, after=0, limit=100)
    assert [each.logged.event for each in found.pending] == [an_event(tenant="other")]


async def test_what_happened_since_is_told(logbook: Logbook) -> None:
    await logbook.log.append([an_event(origin_clock=NOW + 1)], feed_cursor="6")

    await logbook.erasing.erase(ERASURE)

    assert [each.position for each in (await page(logbook)).pending] == [3, 4, 6]


async def test_sets_that_were_kept_go_and_what_is_settled_stays_settled(logbook: Logbook) -> None:
    deliveries = logbook.deliveries
    await deliveries.keep(STREAM.stream_id, {1: "create", 2: "patch", 4: "delete"})
    await deliveries.record([Progress(STREAM.stream_id, cursor=0, acknowledged=(2, 4))])

    removed = await logbook.erasing.erase(ERASURE)

    assert removed == Removed(events=2, sets=1, dead_letters=0)
    assert [(each.position, each.jwt) for each in (await page(logbook)).pending] == [(3, None)]
    assert (await deliveries.open(STREAM)).pending == 1


async def test_a_set_of_the_deletion_is_to_be_signed_anew(logbook: Logbook) -> None:
    await logbook.deliveries.keep(STREAM.stream_id, {4: "delete"})

    removed = await logbook.erasing.erase(ERASURE)

    assert removed.sets == 1
    assert [(each.position, each.jwt) for each in (await page(logbook)).pending] == [
        (3, None),
        (4, None),
    ]


async def test_dead_letters_go_but_for_the_deletions(logbook: Logbook) -> None:
    deliveries = logbook.deliveries
    await deliveries.keep(STREAM.stream_id, {1: "create", 4: "delete"})
    await deliveries.keep(OTHER.stream_id, {5: "create"})
    letters = (dead_letter(1), dead_letter(4, event_type=DELETE))
    others = (dead_letter(5, stream_id=OTHER.stream_id),)
    await deliveries.record(
        [
            Progress(STREAM.stream_id, cursor=0, dead_letters=letters),
            Progress(OTHER.stream_id, cursor=0, dead_letters=others),
        ]
    )

    removed = await logbook.erasing.erase(ERASURE)

    (left,) = await deliveries.dead_letters("default", None)
    assert (left.position, left.description) == (4, "")
    assert await deliveries.dead_letters("other", None) == list(others)
    assert removed.dead_letters == 1


async def test_a_repeated_erasure_finds_nothing(logbook: Logbook) -> None:
    await logbook.erasing.erase(ERASURE)

    assert await logbook.erasing.erase(ERASURE) == Removed(events=0, sets=0, dead_letters=0)
    await logbook.erasing.make_unreadable()
