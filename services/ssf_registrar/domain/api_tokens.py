"""Tokens that administrators make (RFC 6750): from a request body, and rotated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ssf_registrar.domain.errors import ConfiguredTokenError, InvalidRequestError
from ssf_registrar.domain.members import (
    check_members,
    optional_text,
    printable,
    text,
    texts,
    whole_number,
)
from ssf_registrar.domain.timestamps import seconds_of
from ssf_registrar.domain.tokens import ADMIN_TOKEN_NAME, ALL_SCOPES, Token

DEFAULT_SCOPES: Final = ("scim",)
DEFAULT_OVERLAP_SECONDS: Final = 24 * 60 * 60
MOST_OVERLAP_SECONDS: Final = 90 * 24 * 60 * 60
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# The subject of the admin token: streams belong to subjects, so no other token may have it.
_RESERVED: Final = frozenset({"admin", ADMIN_TOKEN_NAME.lower()})
_LONGEST_USER_ID: Final = 200


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A bearer token that was just made: the one who asked gets it, and only its hash is kept."""

    secret: str = field(repr=False)
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class Rotation:
    """A token and the one whose place it takes; None where that does not live on."""

    new: Token
    former: Token | None


def new_token(tenant: str, body: Mapping[str, object], *, token_hash: bytes, now: int) -> Token:
    """Return the token that a body asks for; it never expires unless the body says when."""
    check_members(body, ("name", "scopes", "expires", "user_id"))
    name = text(body, "name")
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            "name must be 1 to 64 letters, digits and . _ -, not one of these three first,"
            " such as okta-2026"
        )
    if name.lower() in _RESERVED:
        raise InvalidRequestError(f"name must not be {name!r}, which is the admin token's")
    return Token(
        token_hash,
        tenant,
        name,
        subject=name,
        scopes=_scopes(body),
        expires=_expires(body, now=now),
        user_id=_user_id(body),
        created=now,
    )


def rotated(current: Token, body: Mapping[str, object], *, token_hash: bytes, now: int) -> Rotation:
    """Return the token that takes the place of `current`, which lives on for overlap_seconds.

    A body without `expires` leaves that as it is, and null makes it never.
    """
    check_configurable(current)
    check_members(body, ("overlap_seconds", "expires"))
    overlap = whole_number(body, "overlap_seconds", 0, MOST_OVERLAP_SECONDS)
    overlap = DEFAULT_OVERLAP_SECONDS if overlap is None else overlap
    expires = _expires(body, now=now) if "expires" in body else current.expires
    if 0 < expires <= now:
        raise InvalidRequestError(
            "this token has expired: give expires, the end of the new one, or null for never"
        )
    new = replace(current, token_hash=token_hash, expires=expires, created=now)
    end = now + overlap if current.expires == 0 else min(current.expires, now + overlap)
    return Rotation(new, replace(current, expires=end) if end > now else None)


def check_configurable(token: Token) -> None:
    """Raise `ConfiguredTokenError` for the admin token, which the environment sets."""
    if token.name == ADMIN_TOKEN_NAME:
        raise ConfiguredTokenError


def _scopes(body: Mapping[str, object]) -> frozenset[str]:
    scopes = DEFAULT_SCOPES if body.get("scopes") is None else texts(body, "scopes")
    if not scopes:
        raise InvalidRequestError("scopes must not be empty: leave it out for scim")
    for scope in scopes:
        if scope not in ALL_SCOPES:
            raise InvalidRequestError(
                f"scopes has {scope[:100]!r}, which is none: there are"
                f" {', '.join(sorted(ALL_SCOPES))}"
            )
    return frozenset(scopes)


def _expires(body: Mapping[str, object], *, now: int) -> int:
    given = optional_text(body, "expires")
    if given is None:
        return 0
    seconds = seconds_of(given, member="expires")
    if seconds <= now:
        raise InvalidRequestError("expires is in the past: leave it out for a token without an end")
    return seconds


def _user_id(body: Mapping[str, object]) -> str:
    given = optional_text(body, "user_id") or ""
    return printable(given, "user_id", longest=_LONGEST_USER_ID)
