import json
from dataclasses import replace

import pytest
from support.compact_jws import base64url
from support.received_sets import TOKEN, Issuer, provenance

from secevent.errors import InvalidRequestError
from secevent.scim_events import (
    ACTIVATE,
    ASYNC_RESPONSE,
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    PATCH_FULL,
    PUT_FULL,
)
from secevent.token import SecurityEventToken, claims
from set_receiver.domain.changes import (
    NOT_PROVISIONING_REASON,
    NOTICE_REASON,
    Applicable,
    ChangeKind,
    ForeignChange,
    Ignored,
    Inapplicable,
    Treatment,
    foreign_changes,
    stored_token,
    treatment,
)
from set_receiver.domain.receipts import Arrival

ARRIVAL = Arrival(
    tenant="default",
    stream_id="stream-a",
    iss=TOKEN.iss,
    jti=TOKEN.jti,
    token="",
    txn="",
    event_type="",
    subject_uri="",
    origin_clock=0,
    received=0,
    traceparent="a-trace",
)
RESOURCE_TYPES = {"/Users": "User", "/Groups": "Group"}
DATA = {"userName": "ann"}
PATCH = {"Operations": [{"op": "remove", "path": "title"}]}


def changes_of(token: SecurityEventToken) -> tuple[ForeignChange, ...]:
    return foreign_changes(token, ARRIVAL, resource_types=RESOURCE_TYPES)


def test_a_full_event_becomes_a_change_with_all_that_it_says() -> None:
    token = replace(
        TOKEN,
        sub_id={"format": "scim", "uri": "/Users/ann", "externalId": "ext-ann"},
        events={CREATE_FULL: {"data": DATA, "version": 'W/"1-aaaaaaaa"'}},
        provenance=provenance(42),
    )

    assert changes_of(token) == (
        ForeignChange(
            tenant="default",
            issuer_group=TOKEN.iss,
            txn="txn-1",
            resource_type="User",
            resource_id="ann",
            kind=ChangeKind.CREATE,
            version='W/"1-aaaaaaaa"',
            data=b'{"userName":"ann"}',
            clock=42,
            cluster="aaaaaaaa",
            lineage=("aaaaaaaa",),
            external_id="ext-ann",
            traceparent="a-trace",
        ),
    )


@pytest.mark.parametrize(
    ("uri", "payload", "kind", "data"),
    [
        pytest.param(PUT_FULL, {"data": DATA}, ChangeKind.REPLACE, b'{"userName":"ann"}', id="put"),
        pytest.param(
            PATCH_FULL,
            {"data": PATCH},
            ChangeKind.PATCH,
            b'{"Operations":[{"op":"remove","path":"title"}]}',
            id="patch",
        ),
        pytest.param(DELETE, {}, ChangeKind.DELETE, b"", id="delete"),
        pytest.param(ACTIVATE, {}, ChangeKind.ACTIVATE, b"", id="activate"),
        pytest.param(DEACTIVATE, {}, ChangeKind.DEACTIVATE, b"", id="deactivate"),
    ],
)
def test_each_event_has_its_kind_of_change(
    uri: str, payload: dict[str, object], kind: ChangeKind, data: bytes
) -> None:
    (change,) = changes_of(replace(TOKEN, events={uri: payload}))

    assert (change.kind, change.data) == (kind, data)


def test_an_event_without_provenance_has_no_stamp() -> None:
    (change,) = changes_of(TOKEN)

    assert (change.clock, change.cluster, change.lineage) == (0, "", ())


def test_an_event_without_txn_is_told_apart_by_its_jti() -> None:
    (change,) = changes_of(replace(TOKEN, txn=None))

    assert change.txn == TOKEN.jti


def test_facets_of_one_change_are_applied_data_first() -> None:
    token = replace(TOKEN, events={DEACTIVATE: {}, PATCH_FULL: {"data": PATCH}})

    assert [change.kind for change in changes_of(token)] == [
        ChangeKind.PATCH,
        ChangeKind.DEACTIVATE,
    ]


def test_a_notice_beside_the_full_event_adds_nothing() -> None:
    token = replace(
        TOKEN, events={CREATE_NOTICE: {"attributes": ["userName"]}, CREATE_FULL: {"data": DATA}}
    )

    assert [change.kind for change in changes_of(token)] == [ChangeKind.CREATE]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        pytest.param(TOKEN, Applicable(), id="a delete"),
        pytest.param(
            replace(TOKEN, events={CREATE_NOTICE: {"attributes": ["userName"]}}),
            Ignored(NOTICE_REASON),
            id="a notice",
        ),
        pytest.param(
            replace(TOKEN, events={ASYNC_RESPONSE: {}}),
            Ignored(NOT_PROVISIONING_REASON),
            id="another SCIM event",
        ),
        pytest.param(
            replace(
                TOKEN,
                events={ASYNC_RESPONSE: {"method": "POST", "status": "409", "response": {}}},
                sub_id={"format": "scim", "uri": "/Users"},
            ),
            Ignored(NOT_PROVISIONING_REASON),
            id="the completion of a request that made no resource",
        ),
        pytest.param(
            replace(
                TOKEN,
                events={"https://schemas.openid.net/secevent/caep/event-type/session-revoked": {}},
                sub_id={"format": "email", "email": "ann@example.com"},
            ),
            Ignored(NOT_PROVISIONING_REASON),
            id="an event of another kind of subject",
        ),
        pytest.param(
            replace(TOKEN, sub_id={"format": "scim", "uri": "/Devices/1"}),
            Inapplicable("UNKNOWN_RESOURCE_TYPE: there is no endpoint /Devices here"),
            id="a resource of an unknown type",
        ),
    ],
)
def test_treatment_of(token: SecurityEventToken, expected: Treatment) -> None:
    assert treatment(token, resource_types=RESOURCE_TYPES, can_fetch=False) == expected


def test_a_provisioning_event_must_name_one_resource() -> None:
    token = replace(TOKEN, sub_id={"format": "scim", "uri": "/Users"})

    with pytest.raises(InvalidRequestError, match="one resource"):
        treatment(token, resource_types=RESOURCE_TYPES, can_fetch=False)


def test_a_stored_token_is_read_as_it_was_signed() -> None:
    token = replace(TOKEN, provenance=provenance(42))

    assert stored_token(arrived(Issuer().sign(token), DELETE)) == token


def arrived(compact: str, event_type: str) -> Arrival:
    return replace(ARRIVAL, token=compact, event_type=event_type, received=7_900_000)


def test_a_stored_token_of_a_legacy_stream_is_read_as_it_was_taken_in() -> None:
    full = {"attributes": ["userName"], "data": DATA}
    older = replace(TOKEN, events={"urn:ietf:params:SCIM:event:prov:create": full})

    token = stored_token(arrived(Issuer().sign(older), CREATE_FULL))

    assert token == replace(TOKEN, events={CREATE_FULL: {"data": DATA}})


def test_a_stored_token_without_iat_has_the_time_of_its_arrival() -> None:
    payload = {name: value for name, value in claims(TOKEN).items() if name != "iat"}
    compact = f"e30.{base64url(json.dumps(payload).encode())}.c2ln"

    assert stored_token(arrived(compact, DELETE)) == replace(TOKEN, iat=7)


def test_a_stored_token_with_both_data_and_names_is_read_as_it_was_taken_in() -> None:
    older = replace(TOKEN, events={CREATE_FULL: {"attributes": ["userName"], "data": DATA}})

    token = stored_token(arrived(Issuer().sign(older), CREATE_FULL))

    assert token.events == {CREATE_FULL: {"data": DATA}}


def test_of_full_and_notice_in_two_sets_the_full_one_is_applied() -> None:
    twins = [
        replace(TOKEN, events={CREATE_NOTICE: {"attributes": ["userName"]}}, jti="jti-1"),
        replace(TOKEN, events={CREATE_FULL: {"data": DATA}}, jti="jti-2"),
    ]

    treatments = [treatment(twin, resource_types=RESOURCE_TYPES, can_fetch=False) for twin in twins]

    assert treatments == [Ignored(NOTICE_REASON), Applicable()]
