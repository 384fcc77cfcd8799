"""The publisher of a receive stream, as configurations and changes have it."""

from dataclasses import replace
from typing import Any

import pytest
from support.registrar_streams import a_stream

from ssf_registrar.adapters.publisher_members import encode_publisher
from ssf_registrar.domain.changes import outbound_urls
from ssf_registrar.domain.configuration import Origins, configuration
from ssf_registrar.domain.creation import Fresh, new_stream
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.publishers import parse_publisher, with_publisher
from ssf_registrar.domain.streams import Caller, Publisher, ReceivePush

ADMIN = Caller("default", "bob", frozenset({"admin"}))
OWNER = Caller("default", "bob", frozenset({"ssf.manage"}))
ORIGINS = Origins("https://a.example", "https://t.example", "https://r.example")
PUBLISHER = Publisher("https://p.example/scim/v2", "Bearer secret")
MEMBER = {"scim_base_url": "https://p.example/scim/v2", "authorization_header": "Bearer secret"}
RECEIVED = a_stream(
    delivery=ReceivePush("Bearer mine"), jwks_uri="https://p.example/jwks.json", revision=4
)


def body(**publisher: Any) -> dict[str, object]:
    return {"publisher": publisher}


def test_a_new_receive_stream_has_the_publisher_that_it_was_given() -> None:
    asked = {
        "iss": "https://p.example",
        "aud": "https://a.example",
        "issuerJWKSUrl": "https://p.example/jwks.json",
        "delivery": {"method": "urn:ietf:rfc:8935:receive"},
        **body(**MEMBER),
    }

    stream = new_stream(asked, ADMIN, issuer="https://a.example", fresh=Fresh("s1", 1, "Bearer x"))

    assert stream.publisher == PUBLISHER
    assert configuration(stream, ORIGINS)["publisher"] == MEMBER


def test_the_url_is_one_that_this_cluster_is_led_to() -> None:
    urls = outbound_urls(replace(RECEIVED, publisher=PUBLISHER))

    assert urls["publisher.scim_base_url"] == "https://p.example/scim/v2"


def test_a_slash_at_the_end_of_the_url_is_left_out() -> None:
    found = parse_publisher(body(scim_base_url="https://p.example/"))

    assert found == Publisher("https://p.example", None)


@pytest.mark.parametrize(
    ("publisher", "told"),
    [
        ("https://p.example", "publisher must be a JSON object"),
        ({}, "publisher.scim_base_url is missing"),
        ({"scim_base_url": "https://p.example/?a=b"}, "publisher.scim_base_url must not have a q"),
        ({**MEMBER, "authorization_header": "a\nb"}, "publisher.authorization_header must be"),
        ({**MEMBER, "url": "x"}, "publisher.url is no member"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(publisher: object, told: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{told}"):
        parse_publisher({"publisher": publisher})


def test_an_admin_changes_and_removes_it() -> None:
    changed = with_publisher(RECEIVED, RECEIVED, body(**MEMBER), ADMIN)
    removed = with_publisher(changed, changed, {"publisher": None}, ADMIN)

    assert changed == replace(RECEIVED, publisher=PUBLISHER, revision=5)
    assert removed == replace(RECEIVED, revision=6)


def test_it_changes_together_with_others_in_one_revision() -> None:
    renamed = replace(RECEIVED, description="new", revision=5)

    changed = with_publisher(RECEIVED, renamed, body(**MEMBER), ADMIN)

    assert changed == replace(renamed, publisher=PUBLISHER)


@pytest.mark.parametrize("sent", [{}, body(**MEMBER)], ids=["left out", "sent back"])
def test_an_owner_leaves_it_as_it_is(sent: dict[str, object]) -> None:
    stream = replace(RECEIVED, publisher=PUBLISHER)

    assert with_publisher(stream, stream, sent, OWNER) is stream


def test_an_owner_who_is_no_admin_cannot_change_it() -> None:
    with pytest.raises(MissingScopeError):
        with_publisher(RECEIVED, RECEIVED, body(**MEMBER), OWNER)


def test_a_stream_that_transmits_has_none() -> None:
    with pytest.raises(InvalidRequestError, match=r"^publisher is for streams that receive"):
        with_publisher(a_stream(), a_stream(), body(**MEMBER), ADMIN)


class PlainSealer:
    """Seals so that one sees it."""

    def seal(self, secret: bytes, *, identity: str) -> bytes:
        return f"{identity}:".encode() + bytes(byte ^ 0xFF for byte in secret)

    def unseal(self, sealed: bytes, *, identity: str) -> bytes:
        raise NotImplementedError


def test_its_secret_is_stored_sealed() -> None:
    stored = encode_publisher(replace(RECEIVED, publisher=PUBLISHER), PlainSealer())

    assert "secret" not in repr(stored)
    assert "secret" not in repr(PUBLISHER)
