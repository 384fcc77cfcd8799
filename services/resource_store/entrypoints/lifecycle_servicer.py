"""`heliograph.resource.v1.LifecycleService`."""

from typing import Any

from heliograph.resource.v1 import lifecycle_service_pb2 as pb
from heliograph.resource.v1 import lifecycle_service_pb2_grpc
from resource_store.commands.erase_resource import EraseResource
from resource_store.commands.record_erasure import RecordErasure
from resource_store.domain.causes import Cause
from resource_store.domain.erasures import Erasure
from resource_store.domain.kept import Kept
from resource_store.domain.resources import Ref
from resource_store.entrypoints.encoding import ref_message
from resource_store.ports.deleted_resources import DeletedResources, DeletedSelection
from resource_store.ports.erasures import Erasures


class LifecycleServicer(lifecycle_service_pb2_grpc.LifecycleServiceServicer):
    """Shows what is kept of deleted resources, and erases."""

    def __init__(
        self,
        *,
        deleted: DeletedResources,
        erasures: Erasures,
        erase: EraseResource,
        record: RecordErasure,
    ) -> None:
        self._deleted = deleted
        self._erasures = erasures
        self._erase = erase
        self._record = record

    async def ListDeletedResources(  # noqa: N802 the contract's name
        self,
        request: pb.ListDeletedResourcesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ListDeletedResourcesResponse:
        """List what is kept of deleted resources."""
        selected = DeletedSelection(
            request.tenant, request.resource_type or None, request.id or None
        )
        page = await self._deleted.page(selected, after=request.after, limit=request.limit)
        return pb.ListDeletedResourcesResponse(resources=map(_deleted_message, page))

    async def EraseResource(  # noqa: N802 the contract's name
        self,
        request: pb.EraseResourceRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.EraseResourceResponse:
        """Erase what the store has of a resource."""
        cause = Cause(request.tenant, request.txn, request.traceparent)
        erasure = await self._erase(cause, request.id, requested_by=request.requested_by)
        return pb.EraseResourceResponse(erasure=_erasure_message(erasure))

    async def RecordErasure(  # noqa: N802 the contract's name
        self,
        request: pb.RecordErasureRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.RecordErasureResponse:
        """Add to a report."""
        erasure = await self._record(
            request.tenant, request.id, dict(request.removed), is_complete=request.is_complete
        )
        return pb.RecordErasureResponse(erasure=_erasure_message(erasure))

    async def ListErasures(  # noqa: N802 the contract's name
        self,
        request: pb.ListErasuresRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ListErasuresResponse:
        """List reports."""
        page = await self._erasures.page(
            request.tenant,
            resource_id=request.id or None,
            after=request.after,
            limit=request.limit,
        )
        return pb.ListErasuresResponse(erasures=map(_erasure_message, page))


def _deleted_message(kept: Kept) -> pb.DeletedResource:
    return pb.DeletedResource(
        ref=ref_message(kept.ref),
        user_name=kept.user_name,
        display_name=kept.display_name,
        external_id=kept.external_id,
        deleted=kept.deleted,
        purge_after=kept.purge_after,
    )


def _erasure_message(erasure: Erasure) -> pb.Erasure:
    return pb.Erasure(
        ref=ref_message(Ref(erasure.resource_type, erasure.id)),
        requested_by=erasure.requested_by,
        begun=erasure.begun,
        completed=erasure.completed,
        through=erasure.through,
        removed=erasure.removed,
    )
