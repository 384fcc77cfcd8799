"""Requests that are answered 202 before they are carried out (RFC 9967, asynchronous requests)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AsyncRequest:
    """A request of which the answer is promised; `operation` is for its reader alone."""

    tenant: str
    txn: str
    operation: bytes
    accepted: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class AsyncOutcome:
    """What became of a request, as a bulk response tells it (RFC 7644 section 3.7.3)."""

    status: int
    location: str
    version: str
    error: bytes
    """The error message as JSON; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A request, and what became of it; None while it waits."""

    request: AsyncRequest
    outcome: AsyncOutcome | None
