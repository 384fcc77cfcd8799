"""The resource store's change feed, read over gRPC."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.resource.v1 import change_service_pb2 as pb
from heliograph.resource.v1.change_service_pb2_grpc import ChangeServiceStub
from secevent.scim_events import ProvisioningKind
from secevent.subjects import scim_uri
from servicekit.channels import call
from servicekit.failures import CursorLostError, RemoteError
from set_transmitter.domain.events import Activation, Change, Event, data_to_tell

_LIMIT: Final = 256
_WAIT_SECONDS: Final = 20.0
_DEADLINE_SECONDS: Final = 30.0

_KINDS: Final[Mapping[int, ProvisioningKind]] = {
    pb.CHANGE_KIND_CREATE: "create",
    pb.CHANGE_KIND_REPLACE: "put",
    pb.CHANGE_KIND_PATCH: "patch",
    pb.CHANGE_KIND_DELETE: "delete",
}
_ACTIVATIONS: Final[Mapping[int, Activation]] = {
    pb.ACTIVATION_ACTIVATED: "activate",
    pb.ACTIVATION_DEACTIVATED: "deactivate",
}


class ChangeFeed:
    """Reads changes in commit order; `endpoints` has a resource type's path by its name."""

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
        try:
            response = await call(self._stub.ReadChanges, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason in {"EPOCH_CHANGED", "INVALID_CURSOR"}:
                raise CursorLostError(error.reason) from None
            raise
        return [self._change(change) for change in response.changes], response.next_cursor

    def _change(self, change: pb.Change) -> Change:
        return Change(self._event(change), _ACTIVATIONS.get(change.activation), change.routed)

    def _event(self, change: pb.Change) -> Event:
        kind = _KINDS[change.kind]
        resource_type = change.ref.resource_type
        return Event(
            tenant=change.tenant,
            kind=kind,
            resource_type=resource_type,
            subject_uri=scim_uri(self._endpoints[resource_type], change.ref.id),
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
        )
