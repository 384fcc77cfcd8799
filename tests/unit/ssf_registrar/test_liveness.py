"""How often a stream may be verified, and when it is paused (SSF 1.0 section 8.1.1)."""

from typing import Any

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.domain.changes import patched, with_transmitters_status
from ssf_registrar.domain.configuration import Origins, configuration
from ssf_registrar.domain.creation import Fresh, new_stream
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.liveness import Liveness
from ssf_registrar.domain.streams import ADMIN, Caller, ReceivePush, Status, Stream

ORIGINS = Origins("https://a.example", "https://t.example", "https://r.example")
GIVEN = {"min_verification_interval": 60, "inactivity_timeout": 3_600}


def patch(stream: Stream, body: dict[str, Any], *, by_admin: bool) -> Stream:
    return patched(stream, body, origins=ORIGINS, fresh_header="fresh", is_admin=by_admin)


def create(*scopes: str) -> Stream:
    caller = Caller("default", "bob", {"ssf.manage", *scopes})
    fresh = Fresh("s1", 1, "Bearer fresh")
    return new_stream(dict(GIVEN), caller, issuer="https://a.example", fresh=fresh)


def test_an_admin_chooses_both_at_the_creation() -> None:
    assert create(ADMIN).liveness == Liveness(60, 3_600)


def test_of_a_receiver_they_are_ignored_at_the_creation() -> None:
    assert create().liveness == Liveness()


def test_an_admin_changes_both_and_they_are_shown() -> None:
    changed = patch(a_stream(), {"stream_id": "s1", **GIVEN}, by_admin=True)

    assert changed == a_stream(liveness=Liveness(60, 3_600), revision=2)
    assert configuration(changed, ORIGINS).items() >= GIVEN.items()


def test_null_gives_back_the_default() -> None:
    stream = a_stream(liveness=Liveness(60, 3_600))

    changed = patch(stream, dict.fromkeys(GIVEN), by_admin=True)

    assert changed.liveness == Liveness()


def test_a_receiver_cannot_change_them() -> None:
    with pytest.raises(InvalidRequestError, match="min_verification_interval is the transmitter's"):
        patch(a_stream(), dict(GIVEN), by_admin=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_verification_interval": -1},
        {"min_verification_interval": 86_401},
        {"inactivity_timeout": 0},
        {"inactivity_timeout": "1h"},
    ],
    ids=str,
)
def test_what_is_no_number_of_seconds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="must be a whole number from"):
        patch(a_stream(), wrong, by_admin=True)


def test_a_receive_stream_has_neither() -> None:
    received = a_stream(delivery=ReceivePush("Bearer mine"))

    assert not GIVEN.keys() & configuration(received, ORIGINS).keys()
    with pytest.raises(InvalidRequestError, match="is the transmitter's"):
        patch(received, dict(GIVEN), by_admin=True)


def test_the_transmitter_sets_a_status_that_nobody_has_changed_since() -> None:
    paused = with_transmitters_status(
        a_stream(), Status.PAUSED, reason="held", expected=Status.ENABLED
    )

    assert paused == a_stream(status=Status.PAUSED, status_reason="held", revision=2)


def test_the_transmitter_does_not_undo_what_the_receiver_has_decided() -> None:
    disabled = a_stream(status=Status.DISABLED)

    found = with_transmitters_status(
        disabled, Status.PAUSED, reason="held", expected=Status.ENABLED
    )

    assert found is disabled
