"""Deleted resources and erasures, from the resource store."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.resource.v1 import lifecycle_service_pb2 as pb
from heliograph.resource.v1.lifecycle_service_pb2_grpc import LifecycleServiceStub
from scim_gateway.adapters.resource_store import store_errors
from scim_gateway.domain.lifecycle import (
    DeletedResource,
    DeletedSelection,
    Erasure,
    ErasureRequest,
)
from scim_gateway.domain.resources import ResourceRef
from servicekit.channels import call, call_until

_ERASURE_SECONDS: Final = 600.0
"""An embedded store rewrites its file."""


class GrpcLifecycle:
    """Implements `Lifecycle`."""

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._stub = LifecycleServiceStub(channel)
        self._patience = patience

    async def deleted(
        self, selected: DeletedSelection, *, after: str, limit: int
    ) -> Sequence[DeletedResource]:
        """As the port says."""
        request = pb.ListDeletedResourcesRequest(
            tenant=selected.tenant,
            resource_type=selected.resource_type,
            id=selected.id,
            after=after,
            limit=limit,
        )
        with store_errors("TOO_MANY"):
            found = await call_until(
                self._stub.ListDeletedResources, request, deadline=self._patience
            )
        return [_deleted(each) for each in found.resources]

    async def erase(self, request: ErasureRequest) -> Erasure:
        """As the port says."""
        message = pb.EraseResourceRequest(
            tenant=request.tenant,
            id=request.id,
            txn=request.txn,
            requested_by=request.requested_by,
        )
        with store_errors("TOO_LARGE"):
            done = await call(self._stub.EraseResource, message, deadline=_ERASURE_SECONDS)
        return _erasure(done.erasure)

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, is_complete: bool
    ) -> Erasure:
        """As the port says; asked again it would count twice, so it is asked once."""
        request = pb.RecordErasureRequest(
            tenant=tenant, id=resource_id, removed=removed, is_complete=is_complete
        )
        with store_errors("TOO_LARGE"):
            recorded = await call(self._stub.RecordErasure, request, deadline=self._patience)
        return _erasure(recorded.erasure)

    async def erasures(
        self, tenant: str, *, resource_id: str, after: str, limit: int
    ) -> Sequence[Erasure]:
        """As the port says."""
        request = pb.ListErasuresRequest(tenant=tenant, id=resource_id, after=after, limit=limit)
        with store_errors("TOO_MANY"):
            found = await call_until(self._stub.ListErasures, request, deadline=self._patience)
        return [_erasure(each) for each in found.erasures]


def _deleted(message: pb.DeletedResource) -> DeletedResource:
    return DeletedResource(
        ref=ResourceRef(message.ref.resource_type, message.ref.id),
        user_name=message.user_name,
        display_name=message.display_name,
        external_id=message.external_id,
        deleted=message.deleted,
        purge_after=message.purge_after,
    )


def _erasure(message: pb.Erasure) -> Erasure:
    return Erasure(
        ref=ResourceRef(message.ref.resource_type, message.ref.id),
        requested_by=message.requested_by,
        begun=message.begun,
        completed=message.completed,
        through=message.through,
        removed=dict(message.removed),
    )
