"""What a stream's configuration says of its deliveries."""

from typing import Any

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_DISABLED
from secevent.scim_events import (
    ACTIVATE,
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    PATCH_FULL,
    PATCH_NOTICE,
    PUT_FULL,
)
from set_transmitter.domain.streams import OF_STREAMS, DeliveryMethod, StreamStatus

OWN = "urn:example:badge-lost"
NOTICES = frozenset({CREATE_NOTICE, PATCH_NOTICE, DELETE})


@pytest.mark.parametrize(
    ("delivered", "kinds", "full"),
    [
        pytest.param({CREATE_FULL, DELETE}, {"create", "delete"}, {"create"}, id="full"),
        pytest.param({CREATE_NOTICE, PATCH_NOTICE}, {"create", "patch"}, set(), id="notice"),
        pytest.param({CREATE_NOTICE, PUT_FULL}, {"create", "put"}, {"put"}, id="mixed"),
        pytest.param({ACTIVATE, DEACTIVATE}, {"activate", "deactivate"}, set(), id="bare"),
        pytest.param({"urn:another"}, {"urn:another", "signal"}, set(), id="of another profile"),
    ],
)
def test_event_types_decide_what_is_delivered_and_how(
    delivered: set[str], kinds: set[str], full: set[str]
) -> None:
    stream = a_stream(events_delivered=frozenset(delivered))

    assert stream.topics - OF_STREAMS == kinds
    assert {kind for kind in stream.topics if stream.is_full(kind)} == full


def test_a_signal_is_found_by_its_type() -> None:
    stream = a_stream(events_delivered=frozenset({DELETE, SESSION_REVOKED, OWN}))

    assert stream.topics - OF_STREAMS == {"delete", SESSION_REVOKED, OWN, "signal"}
    assert stream.tells_of(an_event(kind="signal", event_type=OWN))
    assert not stream.tells_of(an_event(kind="signal", event_type=ACCOUNT_DISABLED))


@pytest.mark.parametrize(
    ("delivered", "tells"),
    [
        pytest.param({PATCH_FULL}, False, id="full alone"),
        pytest.param({PATCH_NOTICE}, True, id="notice"),
        pytest.param({PATCH_FULL, PATCH_NOTICE}, True, id="both"),
        pytest.param({CREATE_FULL, CREATE_NOTICE}, False, id="another kind"),
    ],
)
def test_a_patch_without_data_is_for_streams_of(delivered: set[str], *, tells: bool) -> None:
    stream = a_stream(events_delivered=frozenset(delivered))

    assert stream.tells_of(an_event(kind="patch", data=None)) is tells


@pytest.mark.parametrize(
    ("committed", "has_begun"),
    [
        pytest.param(NOW - 1, False, id="before it"),
        pytest.param(NOW, True, id="at its beginning"),
        pytest.param(NOW + 1, True, id="after it"),
    ],
)
def test_a_stream_begins_with_its_creation_less_a_tolerance(
    committed: int, has_begun: bool
) -> None:
    stream = a_stream(created=created_at(NOW))

    assert stream.has_begun_for(an_event(committed=committed)) is has_begun


def test_a_stream_does_not_show_its_secret() -> None:
    assert "a-secret" not in repr(a_stream(authorization_header="Bearer a-secret"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"endpoint_url": "https://elsewhere.example"}, id="the endpoint"),
        pytest.param({"authorization_header": "Bearer new"}, id="the credential"),
        pytest.param({"status": StreamStatus.PAUSED}, id="the status"),
        pytest.param({"signing_algorithm": "RS256"}, id="the algorithm"),
    ],
)
def test_deliveries_go_on_under_a_change_of(change: dict[str, Any]) -> None:
    assert a_stream(**change).delivers_like(a_stream())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"events_delivered": frozenset({DELETE})}, id="the event types"),
        pytest.param({"events_delivered": NOTICES}, id="full events to notices"),
        pytest.param({"method": DeliveryMethod.POLL}, id="the delivery method"),
    ],
)
def test_deliveries_begin_anew_with_a_change_of(change: dict[str, Any]) -> None:
    assert not a_stream(**change).delivers_like(a_stream())
