"""Resources as they are kept, and the stamps that order their changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A hybrid logical clock reading; of two changes of one resource the later stamp wins."""

    clock: int
    """Microseconds since 1970, never repeated within a cluster."""
    cluster: str


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of one resource."""

    resource_type: str
    id: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, as its representation is built from it."""

    ref: Ref
    attributes: bytes
    """A JSON object: all but meta and what is never returned."""
    version: str
    created: int
    last_modified: int
    origin: Stamp


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource without its derived attributes, and the hash of its password."""

    resource: Resource
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """What a store is told by: its cluster, and the epoch of its feed."""

    cluster: str
    epoch: str


def entity_tag(stamp: Stamp) -> str:
    """Return meta.version of what was committed at `stamp` (RFC 7644 section 3.14)."""
    return f'W/"{base36(stamp.clock)}-{stamp.cluster}"'


def clock_of(version: str) -> int:
    """Return the clock reading of the commit that an entity-tag of this store stands for."""
    return int(version.removeprefix('W/"').partition("-")[0], 36)


def base36(number: int) -> str:
    """Return a natural number in the digits 0 to 9 and a to z."""
    digits = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[number] + digits


def reference(endpoints: Mapping[str, str], resource_type: str, resource_id: str) -> str | None:
    """Return the `$ref` of a resource, relative to the base URI; None where its type is unknown."""
    endpoint = endpoints.get(resource_type)
    return f"{endpoint[1:]}/{resource_id}" if endpoint else None


def attributes_of(stored: Stored | None) -> dict[str, Any]:
    """Return the attributes for comparing, with a password's hash in the password's place."""
    if stored is None:
        return {}
    attributes: dict[str, Any] = orjson.loads(stored.resource.attributes)
    if stored.password_hash is not None:
        attributes["password"] = stored.password_hash
    return attributes
