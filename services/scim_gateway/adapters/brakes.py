"""The store's brakes behind gRPC."""

from collections.abc import Sequence
from typing import Final, Literal

import grpc

from heliograph.resource.v1 import brake_service_pb2 as pb
from heliograph.resource.v1.brake_service_pb2_grpc import BrakeServiceStub
from scim_gateway.adapters.resource_store import store_errors
from scim_gateway.domain.brakes import (
    AppliedOperation,
    AppliedPage,
    HeldOperation,
    HeldPage,
    Standing,
)
from servicekit.channels import call_until

# To carry out a page takes longer than one write does.
_APPLY_SECONDS: Final = 30.0
_TOO_MUCH: Final = "TOO_LARGE"


class GrpcBrakes:
    """Implements `Brakes`; all calls may be repeated."""

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._stub = BrakeServiceStub(channel)
        self._patience = patience

    async def standing(self, tenant: str) -> Standing:
        """As the port says."""
        request = pb.GetBrakeRequest(tenant=tenant)
        with store_errors(_TOO_MUCH):
            found = await call_until(self._stub.GetBrake, request, deadline=self._patience)
        return _standing(found.standing)

    async def release(self, tenant: str, *, seconds: int, changes: int | None) -> Standing:
        """As the port says."""
        request = pb.ReleaseBrakeRequest(tenant=tenant, seconds=seconds, changes=changes)
        with store_errors(_TOO_MUCH):
            found = await call_until(self._stub.ReleaseBrake, request, deadline=self._patience)
        return _standing(found.standing)

    async def held(self, tenant: str, *, beyond: str, limit: int) -> HeldPage:
        """As the port says."""
        request = pb.ListHeldOperationsRequest(tenant=tenant, page_size=limit, page_token=beyond)
        with store_errors(_TOO_MUCH):
            page = await call_until(self._stub.ListHeldOperations, request, deadline=self._patience)
        return HeldPage(list(map(_held, page.operations)), page.next_page_token)

    async def apply(
        self,
        tenant: str,
        ids: Sequence[str],
        *,
        beyond: str,
        limit: int,
        retention_days: int,
        traceparent: str,
    ) -> AppliedPage:
        """As the port says."""
        request = pb.ApplyHeldOperationsRequest(
            tenant=tenant,
            ids=ids,
            traceparent=traceparent,
            page_size=limit,
            page_token=beyond,
            retention_days=retention_days,
        )
        with store_errors(_TOO_MUCH):
            page = await call_until(
                self._stub.ApplyHeldOperations, request, deadline=_APPLY_SECONDS
            )
        return AppliedPage(list(map(_applied, page.results)), page.next_page_token)

    async def dismiss(self, tenant: str, ids: Sequence[str]) -> int:
        """As the port says."""
        request = pb.DismissHeldOperationsRequest(tenant=tenant, ids=ids)
        with store_errors(_TOO_MUCH):
            answer = await call_until(
                self._stub.DismissHeldOperations, request, deadline=self._patience
            )
        return int(answer.dismissed)


def _standing(message: pb.BrakeStanding) -> Standing:
    return Standing(
        on_since=message.on_since,
        pass_until=message.pass_until,
        pass_left=message.pass_left if message.HasField("pass_left") else None,
        held=message.held,
    )


def _held(message: pb.HeldOperation) -> HeldOperation:
    return HeldOperation(
        resource_type=message.ref.resource_type,
        id=message.ref.id,
        operation="delete" if message.risk == pb.RISK_DELETE else "deactivate",
        asked_by=message.asked_by,
        txn=message.txn,
        first_asked=message.first_asked,
        last_asked=message.last_asked,
        attempts=message.attempts,
    )


def _applied(message: pb.AppliedOperation) -> AppliedOperation:
    return AppliedOperation(
        resource_type=message.ref.resource_type,
        id=message.ref.id,
        outcome=_outcome(message),
        detail=message.detail,
    )


def _outcome(message: pb.AppliedOperation) -> Literal["applied", "gone", "refused"]:
    match message.fate:
        case pb.FATE_APPLIED:
            return "applied"
        case pb.FATE_NEEDLESS:
            return "gone"
    return "refused"
