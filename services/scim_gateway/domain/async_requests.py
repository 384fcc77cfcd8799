"""Requests that are answered before they are carried out, and what became of them (RFC 9967)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from scim_gateway.domain.bulk_operations import Method
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import ClientChange, Create, Delete, Patch, Replace

_METHODS: Final = {
    Create: Method.POST,
    Replace: Method.PUT,
    Patch: Method.PATCH,
    Delete: Method.DELETE,
}


@dataclass(frozen=True, slots=True)
class LoneRequest:
    """A POST, PUT, PATCH or DELETE of one resource."""

    change: ClientChange

    @property
    def method(self) -> Method:
        """The method of the request."""
        return _METHODS[type(self.change)]

    @property
    def ref(self) -> ResourceRef:
        """The resource; that of a POST has no id yet."""
        match self.change:
            case Create(resource_type):
                return ResourceRef(resource_type, "")
            case Replace(ref) | Patch(ref) | Delete(ref):
                return ref


@dataclass(frozen=True, slots=True)
class BulkMessage:
    """A POST of a BulkRequest, which was found to be one."""

    message: Mapping[str, Any]


Asked: TypeAlias = LoneRequest | BulkMessage


@dataclass(frozen=True, slots=True)
class AsyncRequest:
    """A request of which the answer is promised to `principal`; `txn` names it in its tenant."""

    tenant: str
    txn: str
    principal: str
    base_uri: str
    """Below which it was asked for, and its locations are."""
    traceparent: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as it waits; None where what was kept of it cannot be read."""

    tenant: str
    txn: str
    request: AsyncRequest | None


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of one operation; `response` is its operation of a BulkResponse as JSON.

    The id of `ref` is empty where no resource was made; None where the operation named no type.
    """

    txn: str
    ref: ResourceRef | None
    response: bytes


@dataclass(frozen=True, slots=True)
class Promise:
    """A request, and what became of it: nothing yet while it waits.

    `settled` is when it came to its end, in seconds since 1970.
    """

    txn: str
    principal: str
    completions: tuple[Completion, ...]
    settled: int

    @property
    def is_kept(self) -> bool:
        """Whether it has come to its end."""
        return self.settled > 0

    @property
    def lone(self) -> Completion | None:
        """What became of a request of one operation; None for a bulk request."""
        first = self.completions[0]
        return first if first.txn == self.txn else None


def operation_txn(txn: str, index: int) -> str:
    """Return the txn of an operation of an asynchronous bulk request (RFC 9967 section 2.5)."""
    return f"{txn}:{index}"
