"""The one table from the store's errors to gRPC statuses; within a batch they are failures."""

from collections.abc import Mapping
from typing import Final

import grpc
import structlog

from heliograph.common.v1 import failure_pb2
from resource_store.domain.errors import (
    BrakeOnError,
    DeletedNotFoundError,
    EpochChangedError,
    ErasureNotFoundError,
    IdTakenError,
    InvalidCursorError,
    ResourceNotFoundError,
    StampAheadError,
    StorageFailedError,
    StoreError,
    TenantClosedError,
    TooLargeError,
    UnknownProfileError,
    UnknownRequestError,
    UnknownResourceTypeError,
    VersionMismatchError,
)
from scim.errors import ScimError

_log = structlog.get_logger()

STATUSES: Final[Mapping[type[Exception], grpc.StatusCode]] = {
    ScimError: grpc.StatusCode.INVALID_ARGUMENT,
    BrakeOnError: grpc.StatusCode.FAILED_PRECONDITION,
    DeletedNotFoundError: grpc.StatusCode.NOT_FOUND,
    EpochChangedError: grpc.StatusCode.FAILED_PRECONDITION,
    ErasureNotFoundError: grpc.StatusCode.NOT_FOUND,
    IdTakenError: grpc.StatusCode.ALREADY_EXISTS,
    InvalidCursorError: grpc.StatusCode.INVALID_ARGUMENT,
    ResourceNotFoundError: grpc.StatusCode.NOT_FOUND,
    StampAheadError: grpc.StatusCode.OUT_OF_RANGE,
    StorageFailedError: grpc.StatusCode.UNAVAILABLE,
    TenantClosedError: grpc.StatusCode.FAILED_PRECONDITION,
    TooLargeError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    UnknownProfileError: grpc.StatusCode.INVALID_ARGUMENT,
    UnknownRequestError: grpc.StatusCode.NOT_FOUND,
    UnknownResourceTypeError: grpc.StatusCode.INVALID_ARGUMENT,
    VersionMismatchError: grpc.StatusCode.ABORTED,
}


def failure(error: Exception) -> failure_pb2.Failure:
    """Return why an operation of a batch failed; what is no refusal is INTERNAL, undetailed."""
    if isinstance(error, StoreError | ScimError):
        return failure_pb2.Failure(
            reason=error.reason,
            detail=str(error),
            attribute_path=error.attribute_path,
            clause=error.clause,
        )
    _log.error("operation.failed", exc_info=error)
    return failure_pb2.Failure(reason="INTERNAL", detail="internal error")
