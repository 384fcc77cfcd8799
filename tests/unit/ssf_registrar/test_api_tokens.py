"""Tokens that administrators ask for, and how they are rotated."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ssf_registrar.domain.api_tokens import FreshToken, Rotation, new_token, rotated
from ssf_registrar.domain.errors import ConfiguredTokenError, InvalidRequestError
from ssf_registrar.domain.timestamps import seconds_of, timestamp
from ssf_registrar.domain.tokens import Token, admin_token

NOW = 1_000_000
DAY = 24 * 60 * 60
TOKEN = Token(b"old", "acme", "okta", "okta", frozenset({"scim"}), 0, user_id="u-1", created=5)
NEW = replace(TOKEN, token_hash=b"new", created=NOW)


def test_a_token_is_for_scim_and_without_an_end_unless_the_body_says_otherwise() -> None:
    token = new_token("acme", {"name": "okta"}, token_hash=b"old", now=NOW)

    assert token == replace(TOKEN, user_id="")
    assert token.created == NOW


def test_a_token_is_as_the_body_says() -> None:
    body = {
        "name": "A.b_c-1",
        "scopes": ["admin", "scim", "admin"],
        "expires": "1970-01-12T13:46:41Z",
        "user_id": "u-1",
    }

    assert new_token("acme", body, token_hash=b"h", now=NOW) == Token(
        b"h", "acme", "A.b_c-1", "A.b_c-1", frozenset({"admin", "scim"}), NOW + 1, "u-1"
    )


@pytest.mark.parametrize("name", ["-a", "a b", "a" * 65, "ä", "a/b", "a\n"])
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError, match="name must be 1 to 64"):
        new_token("acme", {"name": name}, token_hash=b"h", now=NOW)


@pytest.mark.parametrize("name", ["admin", "Admin", "HELIOGRAPH_ADMIN_TOKEN"])
def test_no_other_token_is_called_as_the_admins(name: str) -> None:
    with pytest.raises(InvalidRequestError, match="the admin token's"):
        new_token("acme", {"name": name}, token_hash=b"h", now=NOW)


@pytest.mark.parametrize(
    ("expires", "body", "expected"),
    [
        (0, {}, Rotation(NEW, replace(TOKEN, expires=NOW + DAY))),
        (0, {"overlap_seconds": 60}, Rotation(NEW, replace(TOKEN, expires=NOW + 60))),
        (0, {"overlap_seconds": 0}, Rotation(NEW, None)),
        (NOW + 9, {}, Rotation(replace(NEW, expires=NOW + 9), replace(TOKEN, expires=NOW + 9))),
        (NOW + 9, {"expires": None}, Rotation(NEW, replace(TOKEN, expires=NOW + 9))),
        (NOW, {"expires": None}, Rotation(NEW, None)),
    ],
    ids=[
        "a day by default",
        "as long as the body says",
        "at once",
        "never longer than it would have been",
        "a new end for the new one alone",
        "an expired one does not live on",
    ],
)
def test_a_former_token_lives_on(
    expires: int, body: Mapping[str, object], expected: Rotation
) -> None:
    rotation = rotated(replace(TOKEN, expires=expires), body, token_hash=b"new", now=NOW)

    assert rotation == expected
    assert rotation.new.created == NOW


def test_an_expired_token_is_rotated_only_with_a_new_end() -> None:
    with pytest.raises(InvalidRequestError, match="this token has expired: give expires"):
        rotated(replace(TOKEN, expires=NOW), {}, token_hash=b"new", now=NOW)


def test_the_admin_token_is_not_rotated_here() -> None:
    with pytest.raises(ConfiguredTokenError):
        rotated(admin_token(b"h"), {}, token_hash=b"new", now=NOW)


def test_a_secret_is_not_in_its_representation() -> None:
    assert "heliograph_secret" not in repr(FreshToken("heliograph_secret", b"h"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2030-01-31T12:00:00Z", 1_896_091_200),
        ("2030-01-31t13:00:00.5+01:00", 1_896_091_200),
        ("1970-01-01T00:00:01Z", 1),
    ],
)
def test_times_are_read_as_rfc_3339_has_them(text: str, seconds: int) -> None:
    assert seconds_of(text, member="expires") == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-01-31 12:00:00Z",
        "2030-02-30T12:00:00Z",
        "20300131T120000Z",
        "2030-01-31T12:00:00+25:00",
        "203\u0660-01-31T12:00:00Z",
        "1896091200",
    ],
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="expires must be a time as RFC 3339 has it"):
        seconds_of(text, member="expires")


def test_times_are_shown_in_utc_and_none_as_null() -> None:
    assert (timestamp(1_896_091_200), timestamp(0)) == ("2030-01-31T12:00:00Z", None)
