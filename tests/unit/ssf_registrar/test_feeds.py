"""What the receiver of a stream may see, as an administrator sets it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from support.registrar_streams import a_stream

from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.registry import standard_registry
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.adapters.stream_rows import decode, encode
from ssf_registrar.commands.set_feed import SetFeed
from ssf_registrar.domain.configuration import Origins, configuration
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.feeds import Feed, changed_feed, parse_feed
from ssf_registrar.domain.streams import Caller, ReceivePush

TYPES = standard_registry().resource_types
SET_FEED = SetFeed(TYPES)
ADMIN = Caller("default", "admin", frozenset({"ssf.manage", "admin"}))
BOB = Caller("default", "bob", frozenset({"ssf.manage"}))
SALES = 'meta.resourceType eq "User" and userType eq "Sales"'


def refusal(body: dict[str, Any]) -> str:
    with pytest.raises(InvalidRequestError) as refused:
        parse_feed(body, TYPES)
    return str(refused.value)


@pytest.mark.parametrize("body", [{}, {"filter": None, "attributes": None}])
def test_nothing_given_is_everything(body: dict[str, Any]) -> None:
    assert parse_feed(body, TYPES) == Feed()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SALES, id="of one resource type"),
        pytest.param('displayName sw "A" or not (active eq false)', id="of several"),
        pytest.param(f'{ENTERPRISE_USER_SCHEMA}:department eq "R"', id="an extension's"),
        pytest.param('emails[type eq "work" and value ew "@example.com"]', id="with brackets"),
    ],
)
def test_a_filter_is_kept_as_it_was_given(text: str) -> None:
    assert parse_feed({"filter": text}, TYPES) == Feed(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "at character 1 of the filter", id="empty"),
        pytest.param("userType is x", "at character 10 of the filter", id="no operator"),
        pytest.param('active eq true and (title eq "x"', "at character 33", id="not closed"),
        pytest.param('active eq true and tilte eq "x"', "at character 20", id="unknown name"),
        pytest.param('members.value eq "x"', "cannot be made by members", id="members"),
        pytest.param('title eq "groups" and groups pr', "at character 23", id="groups"),
        pytest.param('meta.lastModified gt "2026-01-01T00:00:00Z"', "but for meta", id="meta"),
        pytest.param('password eq "secret"', "password is never returned", id="a secret"),
        pytest.param('active eq "perhaps"', "active", id="a literal of another type"),
    ],
)
def test_a_wrong_filter_is_refused_with_its_position(text: str, said: str) -> None:
    refused = refusal({"filter": text})

    assert refused.startswith("filter: ")
    assert said in refused
    assert "secret" not in refused


def test_attributes_are_kept_in_canonical_names_each_once() -> None:
    given = [
        "USERNAME",
        f"{USER_SCHEMA}:userName",
        "name.familyname",
        ENTERPRISE_USER_SCHEMA.upper(),
    ]

    feed = parse_feed({"attributes": given}, TYPES)

    assert feed.attributes == ("userName", "name.familyName", ENTERPRISE_USER_SCHEMA)


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        pytest.param("userName", "must be an array of strings", id="no array"),
        pytest.param([], "at least one attribute", id="none"),
        pytest.param(["userName", "shoeSize"], "'shoeSize' is no attribute", id="unknown"),
        pytest.param(["emails.value"], "name emails", id="part of an element"),
        pytest.param(['emails[type eq "work"]'], "is no attribute", id="an element"),
        pytest.param([f"a{n}" for n in range(1_001)], "at most 1,000 paths", id="too many"),
    ],
)
def test_wrong_attributes_are_refused(attributes: object, said: str) -> None:
    assert said in refusal({"attributes": attributes})


def test_what_a_body_does_not_have_stays_and_null_deletes() -> None:
    feed = Feed(SALES, ("userName",))

    assert changed_feed(feed, {}, TYPES) == feed
    assert changed_feed(feed, {"filter": None}, TYPES) == Feed("", ("userName",))
    assert changed_feed(feed, {"attributes": ["title"]}, TYPES) == Feed(SALES, ("title",))


def test_an_administrator_sets_it_and_the_owner_sees_it() -> None:
    stream = SET_FEED.of_new(a_stream(), ADMIN, {"filter": SALES, "attributes": ["title"]})

    shown = configuration(stream, Origins("https://a.example", "https://a.example", ""))
    assert (shown["filter"], shown["attributes"]) == (SALES, ["title"])
    assert (
        configuration(a_stream(), Origins("", "", "")).keys().isdisjoint({"filter", "attributes"})
    )


def test_a_receivers_wish_is_ignored_in_a_new_stream() -> None:
    assert SET_FEED.of_new(a_stream(), BOB, {"filter": "no filter"}) == a_stream()


@pytest.mark.parametrize("body", [{"filter": None}, {"attributes": ["title", "emails"]}])
def test_a_receiver_cannot_widen_it(body: dict[str, Any]) -> None:
    stream = a_stream(feed=Feed(SALES, ("title",)))

    with pytest.raises(InvalidRequestError, match="the transmitter's to set"):
        SET_FEED.of_changed(stream, stream, BOB, body)


def test_a_receiver_may_send_it_as_it_is_and_leave_it_out() -> None:
    stream = a_stream(feed=Feed(SALES, ("title",)))
    changed = replace(stream, description="new", revision=2)

    sent = {"filter": SALES, "attributes": ["title"]}
    assert SET_FEED.of_changed(stream, changed, BOB, sent) == changed
    assert SET_FEED.of_changed(stream, changed, BOB, {}) == changed


def test_a_change_of_it_alone_is_a_new_revision() -> None:
    stream = a_stream(revision=4)

    changed = SET_FEED.of_changed(stream, stream, ADMIN, {"filter": SALES})

    assert changed == replace(stream, feed=Feed(SALES), revision=5)
    assert SET_FEED.of_changed(changed, changed, ADMIN, {"filter": SALES}) is changed


@pytest.mark.parametrize("member", [{"filter": SALES}, {"attributes": ["title"]}])
def test_it_is_none_of_a_receive_stream(member: dict[str, Any]) -> None:
    stream = a_stream(delivery=ReceivePush("Bearer x"))

    with pytest.raises(InvalidRequestError, match="is for streams that transmit"):
        SET_FEED.of_new(stream, ADMIN, member)


def test_a_stream_that_was_stored_before_there_were_feeds_has_everything() -> None:
    sealer = AesGcmSealer(bytes(32))
    row = encode(a_stream(), sealer)
    older = json.loads(row[5])
    del older["feed"]

    decoded = decode((*row[:5], json.dumps(older), row[6]), sealer)

    assert decoded == a_stream()
