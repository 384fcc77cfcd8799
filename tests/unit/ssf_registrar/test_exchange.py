"""What an administrator sets of a stream beside what SSF says."""

from typing import Any

import pytest

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.exchange import (
    Exchange,
    changed_exchange,
    exchange_members,
    loaded,
    receiver_keys_url,
    stored,
)

URL = "https://b.example/jwks.json"
ENCRYPTED = Exchange(receiver_jwks_uri=URL)
LEGACY = Exchange(accepts_legacy=True)


@pytest.mark.parametrize(
    ("current", "transmits", "body", "expected"),
    [
        pytest.param(Exchange(), True, {"receiverJWKSUrl": URL}, ENCRYPTED, id="encrypt"),
        pytest.param(Exchange(), False, {"accepts_legacy": True}, LEGACY, id="accept"),
        pytest.param(ENCRYPTED, True, {"description": "x"}, ENCRYPTED, id="absent"),
        pytest.param(ENCRYPTED, True, {"receiverJWKSUrl": None}, Exchange(), id="null"),
        pytest.param(ENCRYPTED, True, {"receiverJWKSUrl": ""}, Exchange(), id="empty"),
        pytest.param(LEGACY, False, {"accepts_legacy": None}, Exchange(), id="null flag"),
        pytest.param(LEGACY, False, {"accepts_legacy": False}, Exchange(), id="false"),
    ],
)
def test_a_body_changes_what_it_has(
    current: Exchange, transmits: bool, body: dict[str, Any], expected: Exchange
) -> None:
    assert changed_exchange(current, body, transmits=transmits, is_admin=True) == expected


@pytest.mark.parametrize(
    ("transmits", "body", "message"),
    [
        (False, {"receiverJWKSUrl": URL}, "receiverJWKSUrl is for a stream that transmits"),
        (True, {"accepts_legacy": True}, "accepts_legacy is for a stream that receives"),
        (True, {"receiverJWKSUrl": 1}, "receiverJWKSUrl must be a string"),
        (False, {"accepts_legacy": "yes"}, "accepts_legacy must be true or false"),
    ],
)
def test_a_body_is_refused_with(transmits: bool, body: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        changed_exchange(Exchange(), body, transmits=transmits, is_admin=True)


@pytest.mark.parametrize(
    ("current", "body"),
    [(Exchange(), {"receiverJWKSUrl": URL}), (ENCRYPTED, {"receiverJWKSUrl": None})],
)
def test_nobody_else_than_an_admin_changes_it(current: Exchange, body: dict[str, Any]) -> None:
    with pytest.raises(MissingScopeError, match=r"receiverJWKSUrl takes .* admin"):
        changed_exchange(current, body, transmits=True, is_admin=False)


def test_anybody_may_send_it_back_as_it_is() -> None:
    body = {"receiverJWKSUrl": URL}

    assert changed_exchange(ENCRYPTED, body, transmits=True, is_admin=False) is ENCRYPTED


@pytest.mark.parametrize("exchange", [Exchange(), ENCRYPTED, LEGACY])
def test_it_is_read_as_it_was_stored(exchange: Exchange) -> None:
    assert loaded(stored(exchange)) == exchange


def test_a_stream_of_an_older_release_has_the_default() -> None:
    assert loaded(None) == Exchange()


def test_a_configuration_has_what_is_set() -> None:
    assert exchange_members(ENCRYPTED) == {"receiverJWKSUrl": URL, "accepts_legacy": None}
    assert exchange_members(LEGACY) == {"receiverJWKSUrl": None, "accepts_legacy": True}


def test_the_url_is_one_that_this_cluster_calls() -> None:
    assert receiver_keys_url(ENCRYPTED) == {"receiverJWKSUrl": URL}
    assert receiver_keys_url(Exchange()) == {}
