"""The operations of a bulk request, and what became of them (RFC 7644 section 3.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from scim.errors import ScimError
from scim.resource_type import ResourceType
from scim_gateway.domain.errors import GatewayError, StoreRefusedError

Refusal: TypeAlias = ScimError | GatewayError | StoreRefusedError


class Method(StrEnum):
    """What an operation may do."""

    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that can be tried. `target` is the id in its path; a POST has none.

    The target, like any value in the body, may be a reference: "bulkId:" and the bulkId of a POST.
    """

    method: Method
    bulk_id: str | None
    resource_type: ResourceType
    target: str | None
    data: Mapping[str, Any]
    body: bytes
    """The data as JSON; a DELETE has none of either."""
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """An operation that is wrong in itself; `method` is what it says, whatever that is."""

    method: str
    bulk_id: str | None
    error: Refusal


Given: TypeAlias = Operation | Malformed


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """Operations in the order of the request."""

    operations: tuple[Given, ...]
    fail_on_errors: int | None
    """After so many errors the rest is left alone; None means that all is tried."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The operation took effect; a resource that it deleted has no version."""

    location: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The operation had no effect; a POST, or a path that leads nowhere, has no location."""

    error: Refusal
    location: str | None


Outcome: TypeAlias = Succeeded | Failed


@dataclass(frozen=True, slots=True)
class OperationResult:
    """An operation that was processed, its place in the request, and what became of it."""

    index: int
    operation: Given
    outcome: Outcome
