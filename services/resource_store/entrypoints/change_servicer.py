"""`heliograph.resource.v1.ChangeService`."""

from typing import Any, Final

from heliograph.resource.v1 import change_service_pb2 as pb
from heliograph.resource.v1 import change_service_pb2_grpc
from resource_store.commands.apply_changes import ApplyChanges, ForeignChange
from resource_store.commands.read_changes import ReadChanges
from resource_store.commands.read_snapshot import ReadSnapshot, SnapshotPage
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.decisions import Effect
from resource_store.entrypoints.encoding import ref_message, ref_of, stamp_message, stamp_of
from resource_store.entrypoints.statuses import failure
from scim.errors import InvalidSyntaxError

_KINDS: Final = {
    ChangeKind.CREATE: pb.CHANGE_KIND_CREATE,
    ChangeKind.REPLACE: pb.CHANGE_KIND_REPLACE,
    ChangeKind.PATCH: pb.CHANGE_KIND_PATCH,
    ChangeKind.DELETE: pb.CHANGE_KIND_DELETE,
    ChangeKind.COMPLETION: pb.CHANGE_KIND_COMPLETION,
}
# A completion is told to whoever sent the request, and changes nothing.
_KINDS_TOLD: Final = {
    told: kind for kind, told in _KINDS.items() if kind is not ChangeKind.COMPLETION
}
_ACTIVATIONS: Final = {
    Activation.UNCHANGED: pb.ACTIVATION_UNCHANGED,
    Activation.ACTIVATED: pb.ACTIVATION_ACTIVATED,
    Activation.DEACTIVATED: pb.ACTIVATION_DEACTIVATED,
}
_ACTIVATIONS_TOLD: Final = {told: activation for activation, told in _ACTIVATIONS.items()}
_DISPOSITIONS: Final = {
    Effect.APPLIED: pb.DISPOSITION_APPLIED,
    Effect.REPEATED: pb.DISPOSITION_DUPLICATE,
    Effect.STALE: pb.DISPOSITION_STALE,
    Effect.OWN: pb.DISPOSITION_OWN,
    Effect.UNCHANGED: pb.DISPOSITION_UNCHANGED,
}


class ChangeServicer(change_service_pb2_grpc.ChangeServiceServicer):
    """Hands out the change feed, and takes in changes of others."""

    def __init__(
        self, *, cluster: str, read: ReadChanges, read_snapshot: ReadSnapshot, apply: ApplyChanges
    ) -> None:
        self._cluster = cluster
        self._read = read
        self._read_snapshot = read_snapshot
        self._apply = apply

    async def ReadChanges(  # noqa: N802 the contract's name
        self,
        request: pb.ReadChangesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReadChangesResponse:
        """Read changes after a cursor."""
        found = await self._read(
            request.cursor, limit=request.limit, wait_seconds=request.wait_milliseconds / 1000
        )
        return pb.ReadChangesResponse(
            changes=map(_change_message, found.changes), next_cursor=found.next_cursor
        )

    async def ReadSnapshot(  # noqa: N802 the contract's name
        self,
        request: pb.ReadSnapshotRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReadSnapshotResponse:
        """Read a page of the state, or what changed meanwhile."""
        found = await self._snapshot_page(request)
        return pb.ReadSnapshotResponse(
            changes=map(_change_message, found.changes),
            next_cursor=found.next_cursor,
            entries=map(_change_message, found.entries),
            next_key=found.next_key,
            total=found.total,
        )

    async def _snapshot_page(self, request: pb.ReadSnapshotRequest) -> SnapshotPage:
        cursor = request.cursor if request.HasField("cursor") else None
        if request.HasField("only"):
            only, limit = ref_of(request.only), request.limit
            return await self._read_snapshot.one(request.tenant, cursor, only, limit=limit)
        return await self._read_snapshot(
            request.tenant, cursor, after_key=request.after_key, limit=request.limit
        )

    async def ReadCluster(  # noqa: N802 the contract's name
        self,
        _request: pb.ReadClusterRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReadClusterResponse:
        """Read the name of this cluster."""
        return pb.ReadClusterResponse(cluster=self._cluster)

    async def ApplyChanges(  # noqa: N802 the contract's name
        self,
        request: pb.ApplyChangesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ApplyChangesResponse:
        """Apply changes that others told of."""
        given = [_foreign_change(change) for change in request.changes]
        ready = [each for each in given if isinstance(each, ForeignChange)]
        results = iter(await self._apply(ready))
        return pb.ApplyChangesResponse(
            results=[
                _result(next(results) if isinstance(each, ForeignChange) else each)
                for each in given
            ]
        )


def _change_message(change: Change) -> pb.Change:
    return pb.Change(
        tenant=change.tenant,
        ref=ref_message(change.ref),
        kind=_KINDS[change.kind],
        txn=change.txn,
        origin=stamp_message(change.origin),
        lineage=change.lineage,
        version_before=change.version_before,
        version_after=change.version_after,
        data=change.data,
        attributes=change.attributes,
        external_id=change.external_id,
        activation=_ACTIVATIONS[change.activation],
        traceparent=change.traceparent,
        committed=change.committed,
        routed=change.routed,
        erased=change.erased,
        state=change.state,
        replaced=change.replaced,
    )


def _foreign_change(message: pb.ForeignChange) -> ForeignChange | InvalidSyntaxError:
    activation = _ACTIVATIONS_TOLD.get(message.activation, Activation.UNCHANGED)
    kind = _KINDS_TOLD.get(message.kind)
    if kind is None:
        return InvalidSyntaxError("the change does not say what was done to the resource")
    return ForeignChange(
        cause=Cause(
            tenant=message.tenant,
            txn=message.txn,
            traceparent=message.traceparent,
            origin=stamp_of(message.origin) if message.HasField("origin") else None,
            lineage=tuple(message.lineage),
            routed=message.routed,
        ),
        issuer_group=message.issuer_group,
        ref=ref_of(message.ref),
        kind=kind,
        activation=activation,
        version=message.version,
        data=message.data,
    )


def _result(result: Effect | Exception) -> pb.ApplyResult:
    if isinstance(result, Effect):
        return pb.ApplyResult(disposition=_DISPOSITIONS[result])
    return pb.ApplyResult(failure=failure(result))
