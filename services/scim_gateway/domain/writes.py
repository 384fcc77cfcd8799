"""Changes that a client asks for; bodies are JSON objects, checked for syntax alone."""

from dataclasses import dataclass

from scim_gateway.domain.policies import Policy
from scim_gateway.domain.resources import ResourceRef


@dataclass(frozen=True, slots=True)
class Create:
    """RFC 7644 section 3.3."""

    resource_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Replace:
    """RFC 7644 section 3.5.1. `if_match` is the header as it came."""

    ref: ResourceRef
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Patch:
    """RFC 7644 section 3.5.2."""

    ref: ResourceRef
    body: bytes
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    """RFC 7644 section 3.6."""

    ref: ResourceRef
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Restore:
    """The return of a deleted resource that is kept, which an administrator asks for."""

    ref: ResourceRef


ClientChange = Create | Replace | Patch | Delete
"""What SCIM has."""
Change = ClientChange | Restore


@dataclass(frozen=True, slots=True)
class Transaction:
    """What makes a change traceable, and safe to repeat: (tenant, txn) names it for ever."""

    tenant: str
    txn: str
    traceparent: str
    """W3C trace context of the request; empty when there is none."""
    asked_by: str = ""
    """The subject of the token."""


@dataclass(frozen=True, slots=True)
class Write:
    """A change as the store is asked for it."""

    transaction: Transaction
    change: Change
    omitted_attributes: tuple[str, ...]
    """Derived attributes that the answer will not show, so that they need not be read."""
    policy: Policy
    promised_below: str | None = None
    """The base URI where this is the asynchronous request of its txn, to get its outcome by it."""
