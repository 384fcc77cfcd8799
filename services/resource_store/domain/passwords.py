"""Passwords on their way to being a hash (RFC 7643 section 4.1.1, RFC 8265 section 4.2)."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from resource_store.domain.members import texts_in
from scim.errors import InvalidValueError

PASSWORD = "password"  # noqa: S105  an attribute's name
_MAX_CANDIDATES = 4


def passwords_in(body: object) -> frozenset[str]:
    """Return all that a body may mean as a password: what hashes are to be made of.

    Hashing takes too long to be done where the write is decided, and only there it is clear what
    the body says. For the same reason there is an end to how many may be meant.
    """
    found = frozenset(_candidates(body))
    if len(found) > _MAX_CANDIDATES:
        raise InvalidValueError(
            f"a request may say {_MAX_CANDIDATES} different passwords at most: say the last alone",
            attribute_path=PASSWORD,
            clause="RFC 7643 section 4.1.1",
        )
    return found


def hashed(
    attributes: dict[str, Any], hashes: Mapping[str, str], *, current: str | None
) -> dict[str, Any]:
    """Return the attributes with the hash in the place of a password.

    Raises where there is no hash of it, so that never a password is taken for one.
    """
    given = attributes.get(PASSWORD)
    if given is None or given == current:
        return attributes
    if given not in hashes:
        raise InvalidValueError("a password must be one string", attribute_path=PASSWORD)
    return attributes | {PASSWORD: hashes[given]}


def prepared(password: str) -> str:
    """Return the password as it is hashed: the same for all ways of typing it."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    normal = unicodedata.normalize("NFC", spaced)
    if not normal:
        raise InvalidValueError(
            "a password must not be empty", attribute_path=PASSWORD, clause="RFC 8265 section 4.2"
        )
    return normal


def _candidates(body: object) -> Iterator[str]:
    yield from _of_members(body)
    if isinstance(body, dict):
        given = (value for name, value in body.items() if name.lower() == "operations")
        for operations in given:
            for operation in operations if isinstance(operations, list) else ():
                yield from _of_operation(operation)


def _of_members(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if _names_password(name):
                yield from texts_in(member)


def _of_operation(operation: object) -> Iterator[str]:
    if not isinstance(operation, dict):
        return
    members = {name.lower(): value for name, value in operation.items()}
    path, value = members.get("path"), members.get("value")
    if isinstance(path, str) and _names_password(path):
        yield from texts_in(value)
    yield from _of_members(value)


def _names_password(name: str) -> bool:
    lower = name.lower()
    return PASSWORD in lower and lower.strip().rpartition(":")[2] == PASSWORD
