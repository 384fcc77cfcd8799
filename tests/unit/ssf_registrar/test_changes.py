"""PATCH, PUT and status of a stream (SSF 1.0 sections 8.1.1.3, 8.1.1.4 and 8.1.2)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secevent import scim_events
from ssf_registrar.domain.changes import outbound_urls, patched, replaced, with_status
from ssf_registrar.domain.configuration import Origins, configuration, status
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.events import EVENTS_SUPPORTED
from ssf_registrar.domain.exchange import Exchange
from ssf_registrar.domain.streams import (
    Poll,
    Push,
    ReceivePoll,
    ReceivePush,
    Status,
    Stream,
)
from ssf_registrar.domain.subject_formats import SubjectFormat

ORIGINS = Origins("https://a.example", "https://t.example", "https://r.example")
PUSHED = Stream(
    tenant="default",
    stream_id="s1",
    owner="bob",
    iss="https://a.example",
    aud=("https://b.example", "https://c.example"),
    events_requested=(scim_events.DELETE,),
    delivery=Push("https://b.example/events", "secret"),
    description="first",
    signing_algorithm="RS256",
    jwks_uri=None,
    created=1,
    revision=4,
)
RECEIVED = replace(
    PUSHED,
    delivery=ReceivePush("Bearer mine"),
    signing_algorithm=None,
    jwks_uri="https://b.example/jwks.json",
)


def patch(stream: Stream, *, is_admin: bool = True, **body: Any) -> Stream:
    return patched(
        stream,
        {"stream_id": "s1", **body},
        origins=ORIGINS,
        fresh_header="fresh",
        is_admin=is_admin,
    )


def put(stream: Stream, *, is_admin: bool = True, **body: Any) -> Stream:
    return replaced(
        stream,
        {"stream_id": "s1", **body},
        origins=ORIGINS,
        fresh_header="fresh",
        is_admin=is_admin,
    )


def test_patch_changes_what_is_given_and_nothing_else() -> None:
    changed = patch(PUSHED, description="second", events_requested=["urn:x", "urn:x"])

    assert changed == replace(PUSHED, description="second", events_requested=("urn:x",), revision=5)


def test_patch_replaces_a_delivery_as_a_whole() -> None:
    changed = patch(
        PUSHED, delivery={"method": "urn:ietf:rfc:8935", "endpoint_url": "https://d.example"}
    )

    assert changed.delivery == Push("https://d.example", None)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("description", replace(PUSHED, description=None, revision=5)),
        ("events_requested", replace(PUSHED, events_requested=(), revision=5)),
        ("delivery", replace(PUSHED, delivery=Poll(), revision=5)),
    ],
)
def test_null_deletes_a_receiver_supplied_member(member: str, expected: Stream) -> None:
    assert patch(PUSHED, **{member: None}) == expected


def test_put_deletes_what_is_missing() -> None:
    changed = put(PUSHED, events_requested=["urn:x"])

    assert changed == replace(
        PUSHED, events_requested=("urn:x",), description=None, delivery=Poll(), revision=5
    )


def test_an_admin_has_a_stream_encrypted_and_not_any_more() -> None:
    encrypted = patch(PUSHED, receiverJWKSUrl="https://b.example/jwks.json")
    kept = put(encrypted, description="first", events_requested=[], delivery=None)

    assert encrypted.exchange == Exchange("https://b.example/jwks.json")
    assert outbound_urls(encrypted)["receiverJWKSUrl"] == "https://b.example/jwks.json"
    assert kept.exchange == encrypted.exchange
    assert patch(encrypted, receiverJWKSUrl=None).exchange == Exchange()


def test_a_receiver_cannot_have_what_is_encrypted_sent_in_the_clear() -> None:
    encrypted = replace(PUSHED, exchange=Exchange("https://b.example/jwks.json"))

    with pytest.raises(MissingScopeError):
        patch(encrypted, is_admin=False, receiverJWKSUrl=None)


def test_a_patch_without_effect_gives_back_the_very_same_stream() -> None:
    assert patch(PUSHED, description="first") is PUSHED


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("iss", "https://evil.example"),
        ("aud", ["https://b.example"]),
        ("aud", "https://b.example"),
        ("aud", ["https://b.example", "https://c.example", "https://d.example"]),
        ("aud", None),
        ("events_supported", []),
        ("events_delivered", [{"not": "a string"}]),
        ("signing_algorithm", "ES256"),
        ("issuerJWKSUrl", "https://b.example/jwks.json"),
    ],
)
@pytest.mark.parametrize("change", [patch, put])
@pytest.mark.parametrize("is_admin", [True, False])
def test_another_value_of_a_transmitter_supplied_member_is_refused_by_name(
    change: Any, member: str, value: Any, *, is_admin: bool
) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{member} is the transmitter's"):
        change(PUSHED, is_admin=is_admin, **{member: value})


@pytest.mark.parametrize("member", ["min_verification_interval", "inactivity_timeout"])
@pytest.mark.parametrize(("change", "is_admin"), [(patch, False), (put, False), (put, True)])
def test_liveness_is_an_admins_to_set_by_patch(change: Any, member: str, *, is_admin: bool) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{member} is the transmitter's"):
        change(PUSHED, is_admin=is_admin, **{member: 60})


def test_transmitter_supplied_members_may_come_as_they_are_in_any_order() -> None:
    changed = patch(
        PUSHED,
        aud=["https://c.example", "https://b.example"],
        events_supported=list(reversed(EVENTS_SUPPORTED)),
        min_verification_interval=5,
        inactivity_timeout=None,
        events_requested=[scim_events.ACTIVATE],
        # compared with what it was before the change
        events_delivered=[scim_events.DELETE],
    )

    assert changed.events_delivered == (scim_events.ACTIVATE,)


@pytest.mark.parametrize(
    ("stream", "method"),
    [(PUSHED, "urn:ietf:rfc:8936:receive"), (RECEIVED, "urn:ietf:rfc:8936")],
    ids=["to receive", "to transmit"],
)
def test_a_stream_keeps_its_direction(stream: Stream, method: str) -> None:
    delivery = {"method": method, "endpoint_url": "https://d.example"}

    with pytest.raises(InvalidRequestError, match="a stream keeps its direction"):
        patch(stream, delivery=delivery)


def test_a_receive_stream_needs_its_delivery_in_a_put() -> None:
    with pytest.raises(InvalidRequestError, match="urn:ietf:rfc:8935:receive"):
        put(RECEIVED)


def test_a_receive_push_stream_keeps_its_own_secret() -> None:
    delivery = {"method": "urn:ietf:rfc:8935:receive", "authorization_header": "Bearer chosen"}

    assert patch(RECEIVED, delivery=delivery) is RECEIVED


def test_a_receive_stream_that_turns_to_push_gets_a_secret() -> None:
    polled = replace(RECEIVED, delivery=ReceivePoll("https://b.example/poll", "Bearer remote"))

    changed = patch(polled, delivery={"method": "urn:ietf:rfc:8935:receive"})

    assert changed == replace(RECEIVED, delivery=ReceivePush("fresh"), revision=5)


DELIVERIES = st.sampled_from(
    [
        Push("https://b.example/events", None),
        Push("https://b.example/events", "secret"),
        Poll(),
        ReceivePush("Bearer mine"),
        ReceivePoll("https://b.example/poll", "Bearer remote"),
        ReceivePoll("https://b.example/poll", None),
    ]
)


def test_how_people_are_named_can_be_changed_and_forgotten() -> None:
    changed = patch(PUSHED, subject_format="email")

    assert configuration(changed, ORIGINS)["subject_format"] == "email"
    assert patch(changed, subject_format=None).subject_format is SubjectFormat.ISS_SUB
    assert "subject_format" not in configuration(RECEIVED, ORIGINS)
    with pytest.raises(InvalidRequestError, match=r"^subject_format is for transmit streams"):
        patch(RECEIVED, subject_format="email")


@given(
    delivery=DELIVERIES,
    events_requested=st.lists(st.sampled_from([*EVENTS_SUPPORTED, "urn:x"]), unique=True),
    description=st.none() | st.text(max_size=50),
)
def test_putting_a_configuration_back_changes_nothing(
    delivery: Any, events_requested: list[str], description: str | None
) -> None:
    stream = replace(
        PUSHED,
        delivery=delivery,
        events_requested=tuple(events_requested),
        description=description,
    )

    assert put(stream, **configuration(stream, ORIGINS)) is stream


@pytest.mark.parametrize("given_status", ["enabled", "paused", "disabled"])
def test_each_status_can_be_set(given_status: str) -> None:
    stream = replace(PUSHED, status=Status.PAUSED, status_reason="full")

    changed = with_status(stream, {"stream_id": "s1", "status": given_status, "reason": "why"})

    assert status(changed) == {"stream_id": "s1", "status": given_status, "reason": "why"}
    assert changed.revision == 5


def test_setting_the_status_that_is_changes_nothing() -> None:
    assert with_status(PUSHED, {"status": "enabled"}) is PUSHED


@pytest.mark.parametrize("body", [{"status": "on"}, {"status": 1}, {}], ids=str)
def test_another_status_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match=r"^status "):
        with_status(PUSHED, body)


@pytest.mark.parametrize(
    ("stream", "urls"),
    [
        (PUSHED, {"delivery.endpoint_url": "https://b.example/events"}),
        (replace(PUSHED, delivery=Poll()), {}),
        (RECEIVED, {"issuerJWKSUrl": "https://b.example/jwks.json"}),
        (
            replace(RECEIVED, delivery=ReceivePoll("https://b.example/poll", None)),
            {
                "issuerJWKSUrl": "https://b.example/jwks.json",
                "delivery.endpoint_url": "https://b.example/poll",
            },
        ),
    ],
    ids=["push", "poll", "receive push", "receive poll"],
)
def test_every_url_that_a_stream_makes_us_call_is_known(
    stream: Stream, urls: dict[str, str]
) -> None:
    assert outbound_urls(stream) == urls


def test_a_configuration_shows_the_endpoints_of_this_cluster() -> None:
    polled = configuration(replace(PUSHED, delivery=Poll()), ORIGINS)
    received = configuration(RECEIVED, ORIGINS)

    assert polled["delivery"] == {
        "method": "urn:ietf:rfc:8936",
        "endpoint_url": "https://t.example/ssf/poll/s1",
    }
    assert received["delivery"] == {
        "method": "urn:ietf:rfc:8935:receive",
        "endpoint_url": "https://r.example/events/s1",
        "authorization_header": "Bearer mine",
    }
