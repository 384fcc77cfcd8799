"""Requests that are answered 202 before they are carried out (RFC 9967 section 2.5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.resources import Ref, Stamp

KEPT_SETTLED: Final = timedelta(days=1)
"""So long a client may ask what became of its request, from the outcome on."""


@dataclass(frozen=True, slots=True)
class AsyncRequest:
    """A request of which the answer is promised; `operation` is for its reader alone.

    `principal` may learn of the outcome. The operation is empty once there is an outcome.
    """

    tenant: str
    txn: str
    principal: str
    operation: bytes
    accepted: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of one operation, as a bulk response tells it (RFC 7644 section 3.7.3).

    `txn` is that of the request, or of the operation within a bulk request. The id of `ref` is
    empty where no resource was made, and its type where the operation named none.
    """

    txn: str
    ref: Ref
    response: bytes
    """An operation of a BulkResponse as JSON, with what is known."""


@dataclass(frozen=True, slots=True)
class AsyncOutcome:
    """What became of a request: of its operation, or of those of a bulk request."""

    completions: tuple[Completion, ...]
    settled: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A request, and what became of it; None while it waits."""

    request: AsyncRequest
    outcome: AsyncOutcome | None


def told(completion: Completion, tenant: str, stamp: Stamp) -> Change:
    """Return how the change feed tells of a completion, which changes no resource."""
    return Change(
        tenant=tenant,
        ref=completion.ref,
        kind=ChangeKind.COMPLETION,
        txn=completion.txn,
        origin=stamp,
        lineage=(stamp.cluster,),
        version_before="",
        version_after="",
        data=completion.response,
        attributes=(),
        external_id="",
        activation=Activation.UNCHANGED,
        traceparent="",
        committed=stamp.clock,
        routed=False,
    )
