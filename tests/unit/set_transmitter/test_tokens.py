"""From an event record to a SET (RFC 9967 section 2)."""

import pytest
from support.transmitter_events import NOW, a_stream, an_event

from secevent.provenance import Provenance
from secevent.scim_events import (
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    PATCH_FULL,
    PATCH_NOTICE,
)
from secevent.token import SecurityEventToken
from set_transmitter.domain.events import Event
from set_transmitter.domain.tokens import event_type, security_event_token

FULL = a_stream(events_delivered=frozenset({CREATE_FULL, PATCH_FULL, DELETE, DEACTIVATE}))
NOTICE = a_stream(events_delivered=frozenset({CREATE_NOTICE, PATCH_NOTICE, DELETE, DEACTIVATE}))


def test_a_full_event_carries_the_data() -> None:
    token = security_event_token(an_event(), FULL, jti="jti-1", iat=7)

    assert token == SecurityEventToken(
        iss="https://issuer.example",
        iat=7,
        jti="jti-1",
        aud=("https://receiver.example",),
        sub_id={"format": "scim", "uri": "/Users/ann", "externalId": "e-1"},
        events={
            CREATE_FULL: {
                "version": 'W/"1-aaaaaaaa"',
                "data": {"id": "ann", "userName": "ann@example.com"},
            }
        },
        txn="txn-1",
        provenance=Provenance(NOW, "aaaaaaaa", ("aaaaaaaa",), version_before=""),
    )


def test_a_notice_names_the_attributes() -> None:
    token = security_event_token(an_event(), NOTICE, jti="jti-1", iat=7)

    assert token.events == {
        CREATE_NOTICE: {"version": 'W/"1-aaaaaaaa"', "attributes": ["id", "userName"]}
    }


def test_each_kind_of_event_is_told_as_the_stream_lists_it() -> None:
    mixed = a_stream(events_delivered=frozenset({CREATE_NOTICE, PATCH_FULL}))

    created = security_event_token(an_event(), mixed, jti="jti-1", iat=7)
    patched = security_event_token(an_event(kind="patch"), mixed, jti="jti-2", iat=7)

    assert [*created.events, *patched.events] == [CREATE_NOTICE, PATCH_FULL]


def test_a_patch_without_operations_goes_out_as_a_notice_where_that_is_listed_too() -> None:
    both = a_stream(events_delivered=frozenset({PATCH_FULL, PATCH_NOTICE}))
    event = an_event(kind="patch", data=None, attributes=("password",))

    token = security_event_token(event, both, jti="jti-1", iat=7)

    assert token.events == {PATCH_NOTICE: {"version": 'W/"1-aaaaaaaa"', "attributes": ["password"]}}


def test_a_subject_without_an_external_id_has_its_uri_alone() -> None:
    token = security_event_token(an_event(external_id=""), FULL, jti="jti-1", iat=7)

    assert token.sub_id == {"format": "scim", "uri": "/Users/ann"}


@pytest.mark.parametrize(
    ("event", "uri"),
    [
        pytest.param(an_event(), CREATE_FULL, id="create"),
        pytest.param(an_event(kind="patch"), PATCH_FULL, id="patch"),
        pytest.param(an_event(kind="delete", data=None), DELETE, id="delete"),
        pytest.param(an_event(kind="deactivate", data=None), DEACTIVATE, id="deactivate"),
    ],
)
def test_the_event_type_is_that_of_the_token(event: Event, uri: str) -> None:
    token = security_event_token(event, FULL, jti="jti-1", iat=7)

    assert [event_type(event, FULL)] == list(token.events) == [uri]
