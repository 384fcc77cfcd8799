"""A request and its answer as they were, before the request log masks what is secret in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_BODY_BYTES: Final = 64 * 1024
"""Of a larger body the request log has the size alone."""


class WhyOmitted(StrEnum):
    """Why the request log has no text of a body."""

    NOT_READ = "not read"
    TOO_LARGE = "too large"
    NOT_JSON = "not JSON"


@dataclass(frozen=True, slots=True)
class Omitted:
    """A body that is not kept; its size is in bytes."""

    why: WhyOmitted
    size: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request, or an operation of a bulk request, was refused.

    `operation` is the operation's place among the results, from 0; None for the request itself.
    """

    status: int
    reason: str
    scim_type: str
    detail: str
    attribute_path: str
    clause: str
    operation: int | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; it may hold secrets, so it is kept nowhere as it is.

    `id` sorts by the time of the answer. `duration` is in microseconds. The path and the query are
    those of the URI, the one decoded, the other not.
    """

    id: str
    tenant: str
    principal: str
    """The subject of the token; empty when there was no valid one."""
    duration: int
    method: str
    path: str
    query: str = field(repr=False)
    headers: Mapping[str, str]
    trace_id: str
    txn: str
    status: int
    reasons: tuple[Reason, ...]
    request: bytes | Omitted = field(repr=False)
    response: bytes | Omitted = field(repr=False)

    @property
    def size(self) -> int:
        """The bytes of the bodies that it holds."""
        return sum(len(body) for body in (self.request, self.response) if isinstance(body, bytes))


def bounded(body: bytes) -> bytes | Omitted:
    """Return the body, or its size alone when it is large."""
    size = len(body)
    return body if size <= MAX_BODY_BYTES else Omitted(WhyOmitted.TOO_LARGE, size)
