"""The resource-store's ChangeService."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.common.v1 import stamp_pb2
from heliograph.resource.v1 import change_service_pb2 as pb
from heliograph.resource.v1 import change_service_pb2_grpc as pb_grpc
from heliograph.resource.v1 import resource_pb2
from servicekit.channels import call_until
from servicekit.failures import RemoteError, RemoteUnavailableError
from set_receiver.domain.changes import ChangeKind, ForeignChange
from set_receiver.domain.errors import ChangesRefusedError, StoreUnavailableError
from set_receiver.domain.settling import ApplyResult, Disposition, refused

_KINDS: Final[Mapping[ChangeKind, "pb.ChangeKind.ValueType"]] = {
    ChangeKind.CREATE: pb.CHANGE_KIND_CREATE,
    ChangeKind.REPLACE: pb.CHANGE_KIND_REPLACE,
    ChangeKind.PATCH: pb.CHANGE_KIND_PATCH,
    ChangeKind.DELETE: pb.CHANGE_KIND_DELETE,
    ChangeKind.ACTIVATE: pb.CHANGE_KIND_PATCH,
    ChangeKind.DEACTIVATE: pb.CHANGE_KIND_PATCH,
}
_ACTIVATIONS: Final[Mapping[ChangeKind, "pb.Activation.ValueType"]] = {
    ChangeKind.ACTIVATE: pb.ACTIVATION_ACTIVATED,
    ChangeKind.DEACTIVATE: pb.ACTIVATION_DEACTIVATED,
}
_DISPOSITIONS: Final[Mapping[int, Disposition]] = {
    pb.DISPOSITION_APPLIED: Disposition.APPLIED,
    pb.DISPOSITION_DUPLICATE: Disposition.DUPLICATE,
    pb.DISPOSITION_STALE: Disposition.STALE,
    pb.DISPOSITION_OWN: Disposition.OWN,
    pb.DISPOSITION_UNCHANGED: Disposition.UNCHANGED,
}


class GrpcChanges:
    """Brings changes to the store, waiting a while for it where it restarts."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = pb_grpc.ChangeServiceStub(channel)
        self._cluster = ""

    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        """Apply changes, as the port says."""
        request = pb.ApplyChangesRequest(changes=[_encode(change) for change in changes])
        try:
            response = await call_until(self._stub.ApplyChanges, request, deadline=seconds)
        except RemoteUnavailableError as error:
            raise StoreUnavailableError(str(error)) from None
        except RemoteError as error:
            raise ChangesRefusedError(error.reason, error.detail) from None
        return [_decode(result) for result in response.results]

    async def cluster(self, *, seconds: float) -> str:
        """Return the name of this cluster, as the port says; it never changes."""
        if not self._cluster:
            try:
                found = await call_until(
                    self._stub.ReadCluster, pb.ReadClusterRequest(), deadline=seconds
                )
            except RemoteError as error:
                raise StoreUnavailableError(str(error)) from None
            self._cluster = found.cluster
        return self._cluster


def _encode(change: ForeignChange) -> pb.ForeignChange:
    encoded = pb.ForeignChange(
        tenant=change.tenant,
        issuer_group=change.issuer_group,
        txn=change.txn,
        ref=resource_pb2.ResourceRef(resource_type=change.resource_type, id=change.resource_id),
        kind=_KINDS[change.kind],
        version=change.version,
        data=change.data,
        lineage=change.lineage,
        traceparent=change.traceparent,
        activation=_ACTIVATIONS.get(change.kind, pb.ACTIVATION_UNCHANGED),
        external_id=change.external_id,
        routed=change.routed,
    )
    if change.cluster:
        encoded.origin.CopyFrom(stamp_pb2.Stamp(clock=change.clock, cluster=change.cluster))
    return encoded


def _decode(result: pb.ApplyResult) -> ApplyResult:
    if result.WhichOneof("outcome") == "disposition" and result.disposition in _DISPOSITIONS:
        return _DISPOSITIONS[result.disposition]
    failure = result.failure
    return refused(failure.reason or "UNKNOWN", failure.detail)
