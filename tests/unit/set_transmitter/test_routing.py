"""What was received and goes on: to whom, in which order, and only once."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from support.routed_sets import ORIGIN, PATCH, a_received_set, forwarded
from support.transmitter_events import NOW, a_request, a_stream, an_announcement, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import PollRequest
from secevent.scim_events import (
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    PATCH_FULL,
    PATCH_NOTICE,
)
from set_transmitter.domain.erasures import Erasure
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.received_sets import ReceivedSet, events_to_log
from set_transmitter.domain.routed import Routed
from set_transmitter.domain.snapshots import Snapshot
from set_transmitter.domain.stream_events import verification_event
from set_transmitter.domain.streams import Stream
from set_transmitter.domain.tokens import security_event_token

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
STREAM = a_stream()
FORWARDING = a_stream(iss=ORIGIN, aud=("https://hub.example",), forwards=True)
SESSION = {"format": "complex", "user": {"format": "email", "email": "ann@example.com"}}


def tells(stream: Stream, received: ReceivedSet) -> bool:
    return all(stream.tells_of(event) for event in events_to_log(received, now=NOW))


async def pending_at(transmitter: Transmitter, stream: Stream) -> list[str]:
    outbox = transmitter.outbox(stream)
    await transmitter.load(outbox)
    handed = await transmitter.hand_out(outbox, None, now=0, monotonic=0)
    return [each.logged.event.txn for each in handed]


def test_a_published_set_says_the_same_in_our_name() -> None:
    (event,) = events_to_log(a_received_set(version_before='W/"1"'), now=NOW)

    token = security_event_token(event, STREAM, jti="ours", iat=1)

    assert (token.iss, token.aud, token.jti, token.iat) == (STREAM.iss, STREAM.aud, "ours", 1)
    assert token.txn == "txn-1"
    assert token.sub_id == {"format": "scim", "uri": "/Users/ann", "externalId": "e-1"}
    assert token.events == {PATCH_FULL: PATCH}
    assert token.provenance is not None
    assert token.provenance.lineage == ("origin", "hub")


def test_a_subject_and_an_event_that_are_not_of_scim_go_on_as_they_are() -> None:
    received = a_received_set(txn="", sub_id=SESSION, events=((REVOKED, {"event_timestamp": 1}),))
    (event,) = events_to_log(received, now=NOW)
    stream = a_stream(events_delivered=frozenset({REVOKED}))

    token = security_event_token(event, stream, jti="ours", iat=1)

    assert event.topic in stream.topics
    assert stream.tells_of(event)
    assert (token.sub_id, token.events, token.txn) == (
        SESSION,
        {REVOKED: {"event_timestamp": 1}},
        None,
    )


def test_what_is_told_of_a_session_keeps_its_order_with_what_is_told_of_its_user() -> None:
    subjects = [SESSION | {"session": {"format": "opaque", "id": "1"}}, SESSION, SESSION["user"]]

    keys = {events_to_log(a_received_set(sub_id=each), now=NOW)[0].subject_uri for each in subjects}

    assert keys == {'{"email":"ann@example.com","format":"email"}'}


@pytest.mark.parametrize(
    ("events", "attributes"),
    [
        pytest.param({PATCH_FULL: PATCH}, ("title",), id="a patch by its paths"),
        pytest.param(
            {PATCH_FULL: {"data": {"operations": [{"op": "add", "value": {"title": "x"}}]}}},
            ("title",),
            id="a patch without a path",
        ),
        pytest.param(
            {CREATE_FULL: {"data": {"id": "ann", "userName": "a", "meta": {}}}},
            ("userName",),
            id="a representation by its members",
        ),
        pytest.param({CREATE_NOTICE: {"attributes": ["title"]}}, ("title",), id="a notice"),
        pytest.param({DELETE: {}}, (), id="a delete"),
    ],
)
def test_full_content_can_be_told_as_a_notice(
    events: dict[str, Any], attributes: tuple[str, ...]
) -> None:
    (event,) = events_to_log(a_received_set(events=tuple(events.items())), now=NOW)

    assert event.attributes == attributes


def test_a_stream_of_notices_gets_a_notice_of_full_content() -> None:
    stream = a_stream(events_delivered=frozenset({PATCH_NOTICE}))
    (event,) = events_to_log(a_received_set(), now=NOW)

    token = security_event_token(event, stream, jti="ours", iat=1)

    assert token.events == {PATCH_NOTICE: {"attributes": ["title"]}}


@pytest.mark.parametrize(
    ("stream", "received", "goes_on"),
    [
        pytest.param(STREAM, a_received_set(), True, id="its type is delivered"),
        pytest.param(STREAM, a_received_set(events=((DEACTIVATE, {}),)), False, id="another type"),
        pytest.param(STREAM, forwarded(), False, id="a token of others, where we speak"),
        pytest.param(FORWARDING, forwarded(), True, id="a token of the issuer that it forwards"),
        pytest.param(FORWARDING, a_received_set(), False, id="our token, where others speak"),
        pytest.param(
            FORWARDING, forwarded(iss="https://other.example"), False, id="another issuer's"
        ),
        pytest.param(
            FORWARDING, forwarded(aud=("https://else.example",)), False, id="another audience's"
        ),
        pytest.param(FORWARDING, forwarded(aud=()), True, id="without audience"),
        pytest.param(
            FORWARDING,
            forwarded(events=((PATCH_FULL, PATCH), (DEACTIVATE, {}))),
            False,
            id="more in it than the stream delivers",
        ),
        pytest.param(
            replace(STREAM, aud=(ORIGIN,)), a_received_set(), False, id="back to its issuer"
        ),
        pytest.param(
            replace(STREAM, aud=(f"{ORIGIN}/receivers/hub",)),
            a_received_set(),
            False,
            id="back to an audience below its issuer",
        ),
        pytest.param(
            replace(STREAM, endpoint_url=f"{ORIGIN}/events/1"),
            a_received_set(),
            False,
            id="back to its issuer's endpoint",
        ),
        pytest.param(
            replace(STREAM, aud=(f"{ORIGIN}.evil",)), a_received_set(), True, id="a longer name"
        ),
    ],
)
def test_where_a_set_goes_on(stream: Stream, received: ReceivedSet, goes_on: bool) -> None:
    assert tells(stream, received) is goes_on


def test_a_stream_that_forwards_carries_nothing_that_we_would_sign_in_its_issuers_name() -> None:
    _, updated = an_announcement(FORWARDING)
    assert not any(map(FORWARDING.tells_of, (an_event(), updated, verification_event(a_request()))))
    assert FORWARDING.topics == {"forwarded"}


async def test_sets_of_one_subject_go_on_in_their_order_and_once() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    sets = [a_received_set(txn=f"t{number}") for number in range(3)]

    first, told = await transmitter.route_sets(sets)
    again, told_again = await transmitter.route_sets(sets)

    assert [(each.events, each.is_repeated) for each in first] == [(1, False)] * 3
    assert [(each.events, each.is_repeated) for each in again] == [(1, True)] * 3
    assert (told, told_again) == ({STREAM.stream_id}, set())
    txns = []
    outbox = transmitter.outbox(STREAM)
    while await pending_at(transmitter, STREAM):
        pending = outbox.backlog.oldest
        assert pending is not None
        txns.append(pending.logged.event.txn)
        transmitter.settle.acknowledge(outbox, pending)
    assert txns == ["t0", "t1", "t2"]


async def test_what_is_new_follows_what_is_known_within_one_call() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    known, new = a_received_set(txn="known"), a_received_set(txn="new")
    await transmitter.route_sets([known])

    results, _ = await transmitter.route_sets([known, new])

    assert [each.is_repeated for each in results] == [True, False]
    assert [logged.event.txn for logged in transmitter.log.events] == ["known", "new"]


async def test_facets_of_one_set_go_on_one_after_the_other() -> None:
    transmitter = a_transmitter()
    await transmitter.route_sets([a_received_set(events=((PATCH_FULL, PATCH), (DEACTIVATE, {})))])

    assert [logged.event.kind for logged in transmitter.log.events] == ["patch", "deactivate"]


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param({"iss": "https://x.example", "jti": "2"}, True, id="signed by another"),
        pytest.param({"jti": "2", "txn": ""}, False, id="without txn, another jti"),
        pytest.param({"txn": "t2"}, False, id="another transaction"),
        pytest.param({"tenant": "acme"}, False, id="another tenant's"),
        pytest.param({"events": ((DELETE, {}),)}, False, id="other things said"),
        pytest.param({"sub_id": {"format": "scim", "uri": "/Users/b"}}, False, id="of another"),
    ],
)
def test_a_copy_is_known_by_what_it_says(other: dict[str, Any], is_same: bool) -> None:
    assert (a_received_set().key == a_received_set(**other).key) is is_same


async def test_a_forwarded_set_is_polled_and_acknowledged_by_its_own_jti() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(FORWARDING)
    await transmitter.route_sets([forwarded()])
    outbox = transmitter.outbox(FORWARDING)

    (handed,) = await transmitter.hand_out(outbox, None, now=0, monotonic=0)
    settled = await transmitter.acknowledge(
        outbox, PollRequest(0, return_immediately=True, ack=("jti-1",), set_errs={}), at=1
    )

    assert handed.jwt == "head.body.mark"
    assert settled.acknowledged == 1
    assert outbox.pending == 0
    assert transmitter.signing.signed == 0


async def test_another_tenant_learns_nothing() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM, a_stream(stream_id="ofanother", tenant="acme"))

    _, told = await transmitter.route_sets([a_received_set()])

    assert told == {STREAM.stream_id}


async def test_nothing_goes_on_for_a_tenant_that_is_being_deleted() -> None:
    transmitter = a_transmitter()
    await transmitter.close_tenants({"default"})

    results, told = await transmitter.route_sets([a_received_set()])

    assert ([each.events for each in results], told, transmitter.log.events) == ([0], set(), [])


async def test_what_was_added_though_nobody_learned_of_it_is_shared_out_all_the_same() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.log.add_routed(events_to_log(a_received_set(txn="unknown"), now=NOW))

    _, told = await transmitter.route_sets([a_received_set(txn="unknown")])

    assert told == {STREAM.stream_id}
    assert await pending_at(transmitter, STREAM) == ["unknown"]


async def test_a_later_event_does_not_hide_what_nobody_learned_of() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.log.add_routed(events_to_log(a_received_set(txn="unknown"), now=NOW))

    await transmitter.happen(an_event(txn="later", subject_uri="/Users/ben"))

    assert await pending_at(transmitter, STREAM) == ["unknown", "later"]


def test_a_snapshot_leaves_out_nothing_that_was_routed_since() -> None:
    """What is routed and not applied is no state that the walk would find."""
    (event,) = events_to_log(a_received_set(), now=NOW)

    assert not Snapshot(5).tells_of(LoggedEvent(6, replace(event, routed=None)))
    assert Snapshot(5).tells_of(LoggedEvent(6, event))


async def test_what_was_erased_does_not_go_on() -> None:
    transmitter = a_transmitter()
    await transmitter.erase_events(Erasure("default", "ann", NOW))

    await transmitter.route_sets(
        [a_received_set(), forwarded(), a_received_set(txn="d", events=((DELETE, {}),))]
    )

    (deletion,) = [logged.event for logged in transmitter.log.events]
    token = security_event_token(deletion, STREAM, jti="ours", iat=1)
    assert token.events == {DELETE: {}}
    assert token.sub_id == {"format": "scim", "uri": "/Users/ann"}


def test_a_lost_origin_leads_nowhere() -> None:
    routed = Routed("k", DELETE, b"", "", "", ())

    assert not routed.comes_from(aud=("",), endpoint_url="")


def test_members_of_a_subject_that_are_not_known_here_are_kept() -> None:
    named = {"format": "scim", "uri": "/Users/ann", "externalId": "e-1", "userName": "ann"}
    (event,) = events_to_log(a_received_set(sub_id=named), now=NOW)

    token = security_event_token(event, STREAM, jti="ours", iat=1)

    assert orjson.dumps(token.sub_id, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
        named, option=orjson.OPT_SORT_KEYS
    )
