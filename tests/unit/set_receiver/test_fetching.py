"""What a publisher's answer says (RFC 7644 sections 3.4.1 and 3.12)."""

import hashlib

import orjson
import pytest

from set_receiver.domain.fetching import (
    Fetched,
    ToldStamp,
    Unfetched,
    fetched,
    says_not_found,
    told_stamp,
)

OURS = 'W/"zz-3fz7kq2a"'


@pytest.mark.parametrize("version", [None, "", 7, "x" * 201])
def test_what_has_no_version_is_known_by_its_content(version: object) -> None:
    body = orjson.dumps({"id": "ann", "meta": {"version": version}})

    assert fetched(body, resource_id="ann") == Fetched(body, hashlib.sha256(body).hexdigest())


def test_a_version_is_taken_as_it_is() -> None:
    body = orjson.dumps({"id": "ann", "meta": {"version": OURS}})

    assert fetched(body, resource_id="ann") == Fetched(body, OURS)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"id":"ben"}', b'{"id":["ann"]}'])
def test_what_is_not_the_resource_is_none(body: bytes) -> None:
    answer = fetched(body, resource_id="ann")

    assert isinstance(answer, Unfetched)
    assert (answer.reason, answer.is_away) == ("INVALID_RESOURCE", False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}', True),
        (b'{"schemas":"urn:ietf:params:scim:api:messages:2.0:Error"}', False),
        (b'{"detail":"Not Found"}', False),
        (b"<html>404</html>", False),
    ],
)
def test_only_a_scim_error_says_that_there_is_no_such_resource(
    body: bytes, *, expected: bool
) -> None:
    assert says_not_found(body) is expected


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (
            {"version": OURS, "lastModified": "2026-05-28T20:26:40.123Z"},
            ToldStamp(1_780_000_000_123_000, "3fz7kq2a"),
        ),
        ({"version": 'W/"17"', "lastModified": "2026-05-28T20:26:40Z"}, None),
        ({"version": OURS, "lastModified": "2026-05-28T20:26:40"}, None),
        ({"version": OURS, "lastModified": "1969-01-01T00:00:00Z"}, None),
        ({"version": OURS, "lastModified": "yesterday"}, None),
        ({"version": OURS}, None),
        ("none", None),
    ],
)
def test_a_stamp_is_told_by_our_kind_alone(meta: object, expected: ToldStamp | None) -> None:
    assert told_stamp(Fetched(orjson.dumps({"meta": meta}), "1")) == expected
