"""ReceiptService over gRPC."""

from collections.abc import Mapping
from typing import Any, Final

import grpc

from heliograph.receipt.v1 import receipt_service_pb2 as pb
from heliograph.receipt.v1 import receipt_service_pb2_grpc as pb_grpc
from servicekit.endpoints import Endpoint
from servicekit.grpc_server import GrpcFace, registrations
from set_receiver.domain.errors import (
    ChangesRefusedError,
    InvalidPageTokenError,
    KeysUnavailableError,
    ReceiptErasedError,
    ReceiptNotDeadError,
    ReceiptNotFoundError,
    ReceiptPendingError,
    RouteRefusedError,
    StoreUnavailableError,
    StreamUnknownError,
    TransmitterUnavailableError,
)
from set_receiver.domain.receipts import Receipt, ReceiptState, Selection
from set_receiver.entrypoints.receipt_pages import ReceiptPages, receipt_id

STATUSES: Final[Mapping[type[Exception], grpc.StatusCode]] = {
    ChangesRefusedError: grpc.StatusCode.FAILED_PRECONDITION,
    RouteRefusedError: grpc.StatusCode.FAILED_PRECONDITION,
    TransmitterUnavailableError: grpc.StatusCode.UNAVAILABLE,
    InvalidPageTokenError: grpc.StatusCode.INVALID_ARGUMENT,
    KeysUnavailableError: grpc.StatusCode.UNAVAILABLE,
    ReceiptErasedError: grpc.StatusCode.FAILED_PRECONDITION,
    ReceiptNotDeadError: grpc.StatusCode.FAILED_PRECONDITION,
    ReceiptNotFoundError: grpc.StatusCode.NOT_FOUND,
    ReceiptPendingError: grpc.StatusCode.FAILED_PRECONDITION,
    StoreUnavailableError: grpc.StatusCode.UNAVAILABLE,
    StreamUnknownError: grpc.StatusCode.UNAVAILABLE,
}
_STATES: Final[Mapping[ReceiptState, "pb.ReceiptState.ValueType"]] = {
    ReceiptState.PENDING: pb.RECEIPT_STATE_PENDING,
    ReceiptState.APPLIED: pb.RECEIPT_STATE_APPLIED,
    ReceiptState.WITHOUT_EFFECT: pb.RECEIPT_STATE_WITHOUT_EFFECT,
    ReceiptState.IGNORED: pb.RECEIPT_STATE_IGNORED,
    ReceiptState.DEAD: pb.RECEIPT_STATE_DEAD,
    ReceiptState.ROUTED: pb.RECEIPT_STATE_ROUTED,
}


class ReceiptServicer(pb_grpc.ReceiptServiceServicer):
    """Shows receipts; their tokens stay here."""

    def __init__(self, pages: ReceiptPages) -> None:
        self._pages = pages

    async def ListReceipts(  # noqa: N802  the RPC's name
        self,
        request: pb.ListReceiptsRequest,
        context: grpc.aio.ServicerContext[Any, Any],  # noqa: ARG002  grpc gives it
    ) -> pb.ListReceiptsResponse:
        """List receipts in the order of their arrival."""
        page, next_page_token = await self._pages.read(
            Selection(request.tenant, stream_id=request.stream_id or None),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return pb.ListReceiptsResponse(
            receipts=[_encode(receipt) for receipt in page], next_page_token=next_page_token
        )


def grpc_face(endpoint: Endpoint, pages: ReceiptPages) -> GrpcFace:
    """Return what this service serves over gRPC."""
    servicer = ReceiptServicer(pages)
    register = registrations((pb_grpc.add_ReceiptServiceServicer_to_server, servicer))
    return GrpcFace(endpoint, tuple(register), STATUSES)


def _encode(receipt: Receipt) -> pb.Receipt:
    arrival, standing = receipt.arrival, receipt.standing
    return pb.Receipt(
        id=receipt_id(receipt),
        stream_id=arrival.stream_id,
        iss=arrival.iss,
        jti=arrival.jti,
        txn=arrival.txn,
        event_type=arrival.event_type,
        subject_uri=arrival.subject_uri,
        state=_STATES[standing.state],
        reason=standing.reason,
        received=arrival.received,
        settled=standing.settled,
        origin_clock=arrival.origin_clock,
        routed=standing.routed,
    )
