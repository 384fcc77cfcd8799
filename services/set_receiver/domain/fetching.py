"""Resources that are fetched from their publisher, as notices ask for (RFC 9967 appendix A)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

_OUR_VERSION: Final = re.compile(r'W/"[0-9a-z]+-([0-9a-z]{8})"')
_LONGEST_VERSION: Final = 200
_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where a stream's resources are fetched, and the Authorization header that is sent there."""

    scim_base_url: str
    authorization_header: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A resource as the publisher shows it; `version` is its entity-tag, or else a digest."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The publisher says that there is no such resource."""


@dataclass(frozen=True, slots=True)
class Unfetched:
    """It cannot be had just now; with `is_away` nothing can, so it is not the resource's fault."""

    reason: str
    detail: str
    retry_after: float | None
    is_away: bool


Answer = Fetched | Gone | Unfetched


@dataclass(frozen=True, slots=True)
class ToldStamp:
    """When, and in which cluster, a change was first made."""

    clock: int
    cluster: str


def fetched(body: bytes, *, resource_id: str) -> Fetched | Unfetched:
    """Return the resource that a body holds, which must be the one that was asked for."""
    members = _object(body)
    if members is None or members.get("id") != resource_id:
        detail = "the answer is not the resource that was asked for (RFC 7644 section 3.4.1)"
        return Unfetched("INVALID_RESOURCE", detail, None, is_away=False)
    version = _meta(members).get("version")
    if not isinstance(version, str) or not 0 < len(version) <= _LONGEST_VERSION:
        version = hashlib.sha256(body).hexdigest()
    return Fetched(body, version)


def says_not_found(body: bytes) -> bool:
    """Tell whether the body of a 404 is a SCIM provider's (RFC 7644 section 3.12).

    Any other web server answers 404 too when the base URL is wrong, and must not delete anything.
    """
    schemas = (_object(body) or {}).get("schemas")
    return isinstance(schemas, list) and _ERROR in schemas


def told_stamp(resource: Fetched) -> ToldStamp | None:
    """Return a stamp that is not later than the resource's own, where it is one of our kind.

    A cluster shows the origin's time, cut to milliseconds, as meta.lastModified.
    """
    meta = _meta(_object(resource.data) or {})
    version, told = meta.get("version"), meta.get("lastModified")
    cluster = _OUR_VERSION.fullmatch(version) if isinstance(version, str) else None
    if cluster is None or not isinstance(told, str):
        return None
    try:
        moment = datetime.fromisoformat(told)
        clock = (moment - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
        return None
    return ToldStamp(clock, cluster[1]) if clock > 0 else None


def _meta(members: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = members.get("meta")
    return meta if isinstance(meta, dict) else {}


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
