"""`heliograph.resource.v1.BrakeService`."""

from typing import Any, Final

from heliograph.resource.v1 import brake_service_pb2 as pb
from heliograph.resource.v1 import brake_service_pb2_grpc
from resource_store.commands.keep_brakes import Carried, Fate, How, KeepBrakes, Standing
from resource_store.domain.held_operations import HeldOperation, Risk
from resource_store.entrypoints.encoding import ref_message

_RISKS: Final = {Risk.DELETE: pb.RISK_DELETE, Risk.DEACTIVATE: pb.RISK_DEACTIVATE}
_FATES: Final = {
    Fate.APPLIED: pb.FATE_APPLIED,
    Fate.NEEDLESS: pb.FATE_NEEDLESS,
    Fate.REFUSED: pb.FATE_REFUSED,
}


class BrakeServicer(brake_service_pb2_grpc.BrakeServiceServicer):
    """Lets administrators see brakes, and decide on what they hold."""

    def __init__(self, keep: KeepBrakes) -> None:
        self._keep = keep

    async def GetBrake(  # noqa: N802 the contract's name
        self,
        request: pb.GetBrakeRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.GetBrakeResponse:
        """Read where a brake stands."""
        return pb.GetBrakeResponse(standing=_standing(await self._keep.show(request.tenant)))

    async def ReleaseBrake(  # noqa: N802 the contract's name
        self,
        request: pb.ReleaseBrakeRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReleaseBrakeResponse:
        """Let changes through."""
        changes = request.changes if request.HasField("changes") else None
        standing = await self._keep.release(
            request.tenant, seconds=request.seconds, changes=changes
        )
        return pb.ReleaseBrakeResponse(standing=_standing(standing))

    async def ListHeldOperations(  # noqa: N802 the contract's name
        self,
        request: pb.ListHeldOperationsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ListHeldOperationsResponse:
        """List what is held."""
        page = await self._keep.held(
            request.tenant, after=request.page_token, limit=request.page_size
        )
        return pb.ListHeldOperationsResponse(
            operations=map(_held, page.operations), next_page_token=page.next
        )

    async def ApplyHeldOperations(  # noqa: N802 the contract's name
        self,
        request: pb.ApplyHeldOperationsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ApplyHeldOperationsResponse:
        """Carry out what is held."""
        days = request.retention_days if request.HasField("retention_days") else None
        how, following = How(request.traceparent, days), ""
        if request.ids:
            carried = await self._keep.apply(request.tenant, request.ids, how)
        else:
            carried, following = await self._keep.apply_all(
                request.tenant, how, after=request.page_token, limit=request.page_size
            )
        return pb.ApplyHeldOperationsResponse(
            results=map(_carried, carried), next_page_token=following
        )

    async def DismissHeldOperations(  # noqa: N802 the contract's name
        self,
        request: pb.DismissHeldOperationsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.DismissHeldOperationsResponse:
        """Forget what is held."""
        dismissed = await self._keep.forget(request.tenant, request.ids)
        return pb.DismissHeldOperationsResponse(dismissed=dismissed)


def _standing(standing: Standing) -> pb.BrakeStanding:
    state = standing.state
    return pb.BrakeStanding(
        on_since=state.on_since,
        pass_until=state.pass_until,
        pass_left=state.pass_left,
        held=standing.held,
    )


def _held(held: HeldOperation) -> pb.HeldOperation:
    return pb.HeldOperation(
        ref=ref_message(held.ref),
        risk=_RISKS[held.risk],
        asked_by=held.asked_by,
        txn=held.txn,
        first_asked=held.first_asked,
        last_asked=held.last_asked,
        attempts=held.attempts,
    )


def _carried(carried: Carried) -> pb.AppliedOperation:
    return pb.AppliedOperation(
        ref=ref_message(carried.ref), fate=_FATES[carried.fate], detail=carried.detail
    )
