"""The resource store's change feed, read over gRPC."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

import grpc
from google.protobuf.message import Message

from heliograph.resource.v1 import change_service_pb2 as pb
from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1.change_service_pb2_grpc import ChangeServiceStub
from secevent.subjects import scim_uri
from servicekit.channels import call
from servicekit.failures import CursorLostError, RemoteError
from set_transmitter.adapters.changed_persons import person_of
from set_transmitter.domain.derived_signals import PERSON
from set_transmitter.domain.events import (
    Activation,
    Change,
    Event,
    EventKind,
    data_to_tell,
    events_of,
)
from set_transmitter.domain.snapshots import Reach, SnapshotPage

_LIMIT: Final = 256
_WAIT_SECONDS: Final = 20.0
_DEADLINE_SECONDS: Final = 30.0

BULK: Final = "/Bulk"
"""The subject of an operation of a bulk request that names no endpoint of resources."""

_KINDS: Final[Mapping[int, EventKind]] = {
    pb.CHANGE_KIND_CREATE: "create",
    pb.CHANGE_KIND_REPLACE: "put",
    pb.CHANGE_KIND_PATCH: "patch",
    pb.CHANGE_KIND_DELETE: "delete",
    pb.CHANGE_KIND_COMPLETION: "completion",
}
_ACTIVATIONS: Final[Mapping[int, Activation]] = {
    pb.ACTIVATION_ACTIVATED: "activate",
    pb.ACTIVATION_DEACTIVATED: "deactivate",
}


class UnknownResourceTypeError(Exception):
    """The store tells of resources that this service does not know.

    Nothing is passed over: the feed is read on once both have the same definitions.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the store tells of a {name}, which is no resource type here: let HELIOGRAPH_SCHEMAS"
            " be the folder that it was when that was made, for all services"
        )


class ChangeFeed:
    """Reads changes in commit order, and the state.

    `endpoints` has a resource type's path by its name, in the order in which the state is read.
    """

    def __init__(self, channel: grpc.aio.Channel, endpoints: Mapping[str, str]) -> None:
        self._stub = ChangeServiceStub(channel)
        self._endpoints = endpoints

    async def read(self, cursor: str) -> tuple[Sequence[Change], str]:
        """Return the changes after a cursor and the next one, waiting a while for a first change.

        Raises `CursorLostError` when the store does not know the cursor (any more).
        """
        request = pb.ReadChangesRequest(
            cursor=cursor, limit=_LIMIT, wait_milliseconds=int(_WAIT_SECONDS * 1000)
        )
        response = await _call(self._stub.ReadChanges, request)
        return [self._change(change) for change in response.changes], response.next_cursor

    async def end(self) -> str:
        """Return the cursor of the feed's present end."""
        # the feed does not depend on the tenant
        response = await _call(self._stub.ReadSnapshot, pb.ReadSnapshotRequest(limit=1))
        end: str = response.next_cursor
        return end

    async def read_state(
        self, tenant: str, cursor: str, *, after_key: str
    ) -> tuple[Sequence[Change], SnapshotPage, str]:
        """Return the changes after a cursor, or else a page of a tenant's state; and a cursor.

        The page is of the very moment of the cursor returned. Raises `CursorLostError`.
        """
        request = pb.ReadSnapshotRequest(
            tenant=tenant, cursor=cursor, after_key=after_key, limit=_LIMIT
        )
        response = await _call(self._stub.ReadSnapshot, request)
        changes = [self._change(change) for change in response.changes]
        return changes, self._page(response), response.next_cursor

    async def read_one(
        self, tenant: str, cursor: str, subject_uri: str
    ) -> tuple[Sequence[Change], Sequence[Event] | None, str]:
        """Return the changes after a cursor, or else the state of a resource; and a cursor.

        The state is of the very moment of the cursor returned: a creation as the resource is, or a
        deletion, or nothing where there is no trace of it; None where its type is not known here.
        Raises `CursorLostError`.
        """
        only = self._ref(subject_uri)
        if not only.resource_type:
            return (), None, cursor
        request = pb.ReadSnapshotRequest(tenant=tenant, cursor=cursor, limit=_LIMIT, only=only)
        response = await _call(self._stub.ReadSnapshot, request)
        changes = [self._change(change) for change in response.changes]
        return changes, self._page(response).events, response.next_cursor

    def _ref(self, subject_uri: str) -> resource_pb2.ResourceRef:
        """Return the resource of a URI; of no type where that is unknown here."""
        endpoint, _, resource_id = subject_uri.rpartition("/")
        names = (name for name, path in self._endpoints.items() if path == endpoint)
        return resource_pb2.ResourceRef(resource_type=next(names, ""), id=unquote(resource_id))

    def _page(self, response: pb.ReadSnapshotResponse) -> SnapshotPage:
        # the store knows no transaction that made all of this
        txn = secrets.token_hex(16)
        changes = [self._change(entry) for entry in response.entries]
        events = (event for change in changes for event in events_of(change))
        return SnapshotPage(
            events=tuple(replace(event, txn=txn) for event in events),
            entries=len(changes),
            next_key=response.next_key,
            reach=self._reach(response.entries),
            total=response.total if response.HasField("total") else None,
        )

    def _reach(self, entries: Sequence[pb.Change]) -> Reach:
        everything = tuple(self._endpoints)
        if not entries or entries[-1].kind == pb.CHANGE_KIND_DELETE:
            return Reach(everything)
        last = entries[-1].ref
        passed = everything[: everything.index(last.resource_type)]
        return Reach(passed, last.resource_type, last.id)

    def _change(self, change: pb.Change) -> Change:
        return Change(
            self._event(change),
            _ACTIVATIONS.get(change.activation),
            change.routed,
            change.erased,
            person_of(change) if change.ref.resource_type == PERSON else None,
        )

    def _event(self, change: pb.Change) -> Event:
        kind = _KINDS[change.kind]
        return Event(
            tenant=change.tenant,
            kind=kind,
            resource_type=change.ref.resource_type,
            subject_uri=self._subject_uri(change.ref),
            external_id=change.external_id,
            txn=change.txn,
            origin_clock=change.origin.clock,
            origin_cluster=change.origin.cluster,
            lineage=tuple(change.lineage),
            version_before=change.version_before,
            version_after=change.version_after,
            attributes=tuple(change.attributes),
            data=data_to_tell(kind, change.data),
            traceparent=change.traceparent,
            committed=change.committed,
            state=change.state if change.HasField("state") else None,
            replaced=change.replaced if change.HasField("replaced") else None,
        )

    def _subject_uri(self, ref: resource_pb2.ResourceRef) -> str:
        """Return the URI of a resource; of a completion without one, that of the endpoint."""
        if not ref.resource_type:
            return BULK
        if ref.resource_type not in self._endpoints:
            raise UnknownResourceTypeError(ref.resource_type)
        endpoint = self._endpoints[ref.resource_type]
        return scim_uri(endpoint, ref.id) if ref.id else endpoint


async def _call(method: Any, request: Message) -> Any:  # noqa: ANN401  generated
    try:
        return await call(method, request, deadline=_DEADLINE_SECONDS)
    except RemoteError as error:
        if error.reason in {"EPOCH_CHANGED", "INVALID_CURSOR"}:
            raise CursorLostError(error.reason) from None
        raise
