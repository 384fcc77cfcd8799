"""A new stream from a request body (SSF 1.0 section 8.1.1.1)."""

from typing import Any

import pytest

from secevent import caep_events, scim_events
from ssf_registrar.domain.creation import Fresh, new_stream
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.exchange import Exchange
from ssf_registrar.domain.streams import (
    Caller,
    Poll,
    Push,
    ReceivePoll,
    ReceivePush,
    Status,
    Stream,
)
from ssf_registrar.domain.subject_formats import SubjectFormat

ISSUER = "https://a.example"
FRESH = Fresh("s1", 1_000, "Bearer fresh")
RECEIVER = Caller("default", "bob", frozenset({"ssf.manage"}))
ADMIN = Caller("default", "admin", frozenset({"ssf.manage", "admin"}))
RECEIVE: dict[str, Any] = {
    "iss": "https://b.example",
    "aud": ["https://b.example/receivers/us"],
    "issuerJWKSUrl": "https://b.example/jwks.json",
    "events_requested": [scim_events.DELETE],
    "delivery": {"method": "urn:ietf:rfc:8935:receive"},
}


def created(body: dict[str, Any], caller: Caller = RECEIVER) -> Stream:
    return new_stream(body, caller, issuer=ISSUER, fresh=FRESH)


def test_an_empty_body_makes_an_enabled_poll_stream_that_delivers_nothing_yet() -> None:
    stream = created({})

    assert stream == Stream(
        tenant="default",
        stream_id="s1",
        owner="bob",
        iss=ISSUER,
        aud=("https://a.example/receivers/bob",),
        events_requested=(),
        delivery=Poll(),
        description=None,
        signing_algorithm="RS256",
        jwks_uri=None,
        created=1_000,
        status=Status.ENABLED,
        status_reason=None,
        revision=1,
    )
    assert stream.events_delivered == ()


def test_a_push_stream_carries_the_receivers_header_verbatim() -> None:
    delivery = {
        "method": "urn:ietf:rfc:8935",
        "endpoint_url": "https://r.example/events",
        "authorization_header": "pushToken",
    }

    stream = created({"delivery": delivery, "description": "r1"})

    assert stream.delivery == Push("https://r.example/events", "pushToken")
    assert stream.description == "r1"


def test_an_empty_authorization_header_is_none() -> None:
    delivery = {
        "method": "urn:ietf:rfc:8935",
        "endpoint_url": "https://r.example/events",
        "authorization_header": "",
    }

    assert created({"delivery": delivery}).delivery == Push("https://r.example/events", None)


def test_a_poll_streams_endpoint_url_is_the_transmitters_so_a_given_one_is_ignored() -> None:
    delivery = {"method": "urn:ietf:rfc:8936", "endpoint_url": "https://evil.example"}

    assert created({"delivery": delivery}).delivery == Poll()


def test_transmitter_supplied_members_of_a_receiver_are_ignored() -> None:
    stream = created({"iss": "x", "aud": "y", "signing_algorithm": "ES256", "stream_id": "z"})

    assert stream == created({})


def test_an_admin_chooses_audience_and_algorithm() -> None:
    stream = created({"aud": "https://r.example", "signing_algorithm": "ES256"}, ADMIN)

    assert stream.aud == ("https://r.example",)
    assert stream.signing_algorithm == "ES256"
    assert stream.iss == ISSUER


def test_a_receive_push_stream_gets_a_fresh_secret() -> None:
    stream = created(RECEIVE, ADMIN)

    assert stream == Stream(
        tenant="default",
        stream_id="s1",
        owner="admin",
        iss="https://b.example",
        aud=("https://b.example/receivers/us",),
        events_requested=(scim_events.DELETE,),
        delivery=ReceivePush("Bearer fresh"),
        description=None,
        signing_algorithm=None,
        jwks_uri="https://b.example/jwks.json",
        created=1_000,
    )


def test_a_receive_stream_may_name_the_only_algorithm_that_it_accepts() -> None:
    assert created({**RECEIVE, "signing_algorithm": "PS256"}, ADMIN).signing_algorithm == "PS256"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RSA-OAEP-256"])
def test_a_receive_stream_accepts_no_algorithm_of_shared_secrets(algorithm: str) -> None:
    with pytest.raises(InvalidRequestError, match="signing_algorithm must be one of ES256"):
        created({**RECEIVE, "signing_algorithm": algorithm}, ADMIN)


def test_an_admin_has_a_stream_encrypted_to_the_receivers_keys() -> None:
    stream = created({"receiverJWKSUrl": "https://r.example/jwks.json"}, ADMIN)

    assert stream.exchange == Exchange(receiver_jwks_uri="https://r.example/jwks.json")


def test_a_receiver_that_asks_for_encryption_is_not_passed_over() -> None:
    with pytest.raises(MissingScopeError, match="receiverJWKSUrl"):
        created({"receiverJWKSUrl": "https://r.example/jwks.json"}, RECEIVER)


def test_an_admin_has_a_stream_accept_what_older_drafts_say() -> None:
    assert created({**RECEIVE, "accepts_legacy": True}, ADMIN).exchange.accepts_legacy


def test_a_receive_poll_stream_keeps_the_remote_endpoint_and_header() -> None:
    delivery = {
        "method": "urn:ietf:rfc:8936:receive",
        "endpoint_url": "https://b.example/ssf/poll/1",
        "authorization_header": "Bearer remote",
    }

    stream = created({**RECEIVE, "delivery": delivery}, ADMIN)

    assert stream.delivery == ReceivePoll("https://b.example/ssf/poll/1", "Bearer remote")


def test_a_receive_stream_takes_an_admin_since_its_events_change_resources() -> None:
    with pytest.raises(MissingScopeError, match=r"a receive stream takes .* the scope admin"):
        created(RECEIVE, RECEIVER)


@pytest.mark.parametrize("member", ["iss", "aud", "issuerJWKSUrl"])
def test_a_receive_stream_without_what_verification_needs_is_refused(member: str) -> None:
    body = {name: value for name, value in RECEIVE.items() if name != member}

    with pytest.raises(InvalidRequestError, match=f"^{member} is missing"):
        created(body, ADMIN)


PUSH = {"method": "urn:ietf:rfc:8935", "endpoint_url": "https://r.example"}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param({"delivery": "push"}, "delivery must be a JSON object", id="a text delivery"),
        pytest.param({"delivery": {}}, "delivery.method is missing", id="no method"),
        pytest.param(
            {"delivery": {"method": "x"}}, "must be one of urn:ietf:rfc:8935,", id="a wrong method"
        ),
        pytest.param(
            {"delivery": {"method": "urn:ietf:rfc:8935"}},
            "delivery.endpoint_url is missing",
            id="push to nowhere",
        ),
        pytest.param(
            {"delivery": {**PUSH, "authorization_header": "a\r\nX: y"}},
            "delivery.authorization_header must be the value of an HTTP header",
            id="a header that smuggles another",
        ),
        pytest.param(
            {"delivery": {**PUSH, "authorization_header": " a"}},
            "delivery.authorization_header must be the value of an HTTP header",
            id="a header with a space before it",
        ),
        pytest.param(
            {"delivery": {**PUSH, "authorization_header": 1}},
            "delivery.authorization_header must be a string",
            id="a header that is a number",
        ),
        pytest.param({"events_requested": "x"}, "events_requested must be an array", id="a text"),
        pytest.param({"events_requested": [1]}, "events_requested must be an array", id="a number"),
        pytest.param({"events_requested": [""]}, "none of them empty", id="an empty event"),
        pytest.param({"description": []}, "description must be a string", id="a description"),
        pytest.param({"aud": {}}, "aud must be an array", id="an audience that is an object"),
        pytest.param({"signing_algorithm": "HS256"}, "RS256, ES256", id="another algorithm"),
    ],
)
def test_a_wrong_member_is_named_with_what_would_be_right(body: dict[str, Any], what: str) -> None:
    with pytest.raises(InvalidRequestError, match=what):
        created(body, ADMIN)


def test_a_secret_is_not_in_the_representation_for_programmers() -> None:
    stream = created(RECEIVE, ADMIN)

    assert "fresh" not in repr(stream)


@pytest.mark.parametrize(
    ("requested", "delivered"),
    [
        pytest.param(
            [f"{caep_events.PREFIX}unknown", "no URI", scim_events.DELETE],
            (scim_events.DELETE,),
            id="unknown ones are kept and not delivered",
        ),
        pytest.param(
            ["urn:example:own", caep_events.SESSION_REVOKED, scim_events.DELETE],
            (scim_events.DELETE, caep_events.SESSION_REVOKED, "urn:example:own"),
            id="those of CAEP, and those that applications define",
        ),
        pytest.param(
            [scim_events.CREATE_FULL, scim_events.CREATE_NOTICE],
            (scim_events.CREATE_NOTICE,),
            id="of both forms the notice",
        ),
        pytest.param(
            [scim_events.PATCH_FULL, scim_events.CREATE_FULL],
            (scim_events.CREATE_FULL, scim_events.PATCH_FULL),
            id="full ones by themselves",
        ),
    ],
)
def test_events_delivered_are_computed(requested: list[str], delivered: tuple[str, ...]) -> None:
    stream = created({"events_requested": requested})

    assert stream.events_requested == tuple(requested)
    assert stream.events_delivered == delivered


def test_a_receive_stream_takes_both_forms_of_an_event() -> None:
    both = [scim_events.CREATE_FULL, scim_events.CREATE_NOTICE]

    stream = created({**RECEIVE, "events_requested": both}, ADMIN)

    assert stream.events_delivered == tuple(both)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        pytest.param(Caller("default", "bob", frozenset()), True, id="its maker"),
        pytest.param(Caller("default", "eve", frozenset()), False, id="someone else"),
        pytest.param(Caller("default", "eve", frozenset({"admin"})), True, id="an admin"),
        pytest.param(Caller("other", "bob", frozenset({"admin"})), False, id="another tenant"),
    ],
)
def test_a_stream_belongs_to_its_maker_and_the_tenants_admins(
    caller: Caller, expected: bool
) -> None:
    assert created({}).belongs_to(caller) is expected


def test_a_streams_owner_says_how_people_are_named() -> None:
    assert created({}).subject_format is SubjectFormat.ISS_SUB
    assert created({"subject_format": "email"}).subject_format is SubjectFormat.EMAIL

    with pytest.raises(InvalidRequestError, match=r"^subject_format must be one of iss_sub, email"):
        created({"subject_format": "opaque"})


def test_a_receive_stream_names_nobody() -> None:
    with pytest.raises(InvalidRequestError, match=r"^subject_format is for transmit streams"):
        created({**RECEIVE, "subject_format": "email"}, ADMIN)
