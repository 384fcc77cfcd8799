"""Events that applications publish: what is taken, and what becomes of it."""

from typing import Any

import orjson
import pytest
from support.transmitter_events import NOW, a_stream
from support.transmitter_in_memory import a_transmitter

from secevent.caep_events import SESSION_REVOKED
from secevent.errors import InvalidRequestError
from secevent.scim_events import DELETE
from set_transmitter.commands.publish_events import Outcome
from set_transmitter.domain.publications import REMEMBERED, Fresh, Publication, parse_publication
from set_transmitter.domain.tokens import security_event_token

ANN = {"format": "email", "email": "ann@example.com"}
OWN = "urn:example:badge-lost"
STREAM = a_stream(events_delivered=frozenset({SESSION_REVOKED, OWN}))


def published(tenant: str = "default", **members: Any) -> Publication:
    body = {"sub_id": ANN, "events": {OWN: {"badge": 7}}, **members}
    given = {name: value for name, value in body.items() if value is not ...}
    return parse_publication(tenant, given, Fresh(NOW, "fresh", "00-trace"))


def test_an_event_goes_out_as_it_was_published() -> None:
    event = published(txn="t-1").event

    token = security_event_token(event, STREAM, jti="jti-1", iat=7)

    assert token.sub_id == ANN
    assert token.events == {OWN: {"badge": 7}}
    assert (token.iss, token.aud, token.txn) == (STREAM.iss, STREAM.aud, "t-1")
    assert token.provenance is None


def test_one_without_a_txn_gets_one() -> None:
    publication = published()

    assert publication.event.txn == "fresh"
    assert publication.identity is None


@pytest.mark.parametrize(
    ("sub_id", "lane"),
    [
        pytest.param({"format": "scim", "uri": "/Users/2b2f"}, "/Users/2b2f", id="a resource"),
        pytest.param(
            {"format": "iss_sub", "iss": "https://i.example", "sub": "a/b"},
            "https://i.example/a%2Fb",
            id="an id of an issuer",
        ),
        pytest.param(ANN, '{"email":"ann@example.com","format":"email"}', id="an address"),
    ],
)
def test_what_is_told_of_one_subject_has_one_order(sub_id: dict[str, str], lane: str) -> None:
    backwards = dict(reversed(sub_id.items()))

    assert published(sub_id=sub_id).event.subject_uri == lane
    assert published(sub_id=backwards).event.subject_uri == lane


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"sub_id": ...}, "sub_id is missing"),
        ({"sub_id": "ann"}, "sub_id: A subject identifier must be a JSON object"),
        ({"sub_id": {"format": "email", "email": "ann"}}, "sub_id: email does not fit"),
        ({"sub_id": {"format": "phone", "phone_number": "+1"}}, "sub_id: format must be phone_n"),
        ({"sub_id": {"format": "scim", "uri": "/Users"}}, "sub_id: uri must name one resource"),
        (
            {"sub_id": {"format": "complex", "user": {"format": "email", "email": "a"}}},
            "sub_id: user: email does not fit",
        ),
        ({"sub_id": {"format": "opaque", "id": "x" * 4000}}, "sub_id must have at most 4,000"),
        ({"events": ...}, "events must be a JSON object"),
        ({"events": {}}, "events must have exactly one member"),
        ({"events": {OWN: {}, "urn:b": {}}}, "events must have exactly one member"),
        ({"events": {OWN: None}}, f'events["{OWN}"] must be a JSON object'),
        ({"events": {DELETE: {}}}, f"events has {DELETE}: events of SCIM are made"),
        (
            {"events": {SESSION_REVOKED: {"event_timestamp": "now"}}},
            f'events["{SESSION_REVOKED}"].event_timestamp must be a number',
        ),
        ({"txn": ""}, "txn must be a string of 1 to 200 characters"),
        ({"txn": 7}, "txn must be a string of 1 to 200 characters"),
        ({"txn": "a\nb"}, "txn must be a string of 1 to 200 characters"),
        ({"toe": 7}, "toe is no member of this: there are sub_id, events, txn"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(members: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        published(**members)

    assert refused.value.description.startswith(says)


async def test_a_publication_is_shared_out_and_leaves_the_cursor_of_the_feed() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    transmitter.log.cursor = "of the feed"

    done = await transmitter.publish([published()], at=NOW)

    assert (done.outcomes, done.told) == ([Outcome.LOGGED], {STREAM.stream_id})
    assert transmitter.log.cursor == "of the feed"
    assert transmitter.outbox(STREAM).pending == 1


async def test_a_repetition_is_logged_once() -> None:
    transmitter = a_transmitter()
    event = {OWN: {"badge": 7}}

    done = await transmitter.publish(
        [
            published(txn="t"),
            published(txn="t", events=event),
            published(txn="t", events={OWN: {"badge": 8}}),
            published(txn="t", events={"urn:example:other": {}}),
            published("other", txn="t"),
        ],
        at=NOW,
    )

    assert done.outcomes == [
        Outcome.LOGGED,
        Outcome.REPEATED,
        Outcome.CONFLICTING,
        Outcome.LOGGED,
        Outcome.LOGGED,
    ]
    assert [orjson.loads(one.event.data or b"") for one in transmitter.log.events] == [
        {"badge": 7},
        {},
        {"badge": 7},
    ]


async def test_a_repetition_is_recognised_for_a_while() -> None:
    transmitter = a_transmitter()
    await transmitter.publish([published(txn="t")], at=NOW)

    done = [
        await transmitter.publish([published(txn="t")], at=NOW + later)
        for later in (REMEMBERED, REMEMBERED + 1)
    ]

    assert [one.outcomes for one in done] == [[Outcome.REPEATED], [Outcome.LOGGED]]


async def test_nothing_is_published_for_a_tenant_that_is_being_deleted() -> None:
    transmitter = a_transmitter()
    await transmitter.close_tenants({"default"})

    done = await transmitter.publish([published(), published("other")], at=NOW)

    assert done.outcomes == [Outcome.CLOSED, Outcome.LOGGED]


@pytest.mark.parametrize("how", ["repeated", "followed"])
async def test_what_was_logged_though_nobody_knew_is_told(how: str) -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.log.publish([published(txn="t")], at=NOW)

    again = published(txn="t") if how == "repeated" else published(txn="another")
    done = await transmitter.publish([again], at=NOW)

    outbox = transmitter.outbox(STREAM)
    await transmitter.load(outbox)
    assert STREAM.stream_id in done.told
    assert outbox.backlog.oldest is not None
    assert outbox.backlog.oldest.position == 1
