"""The one table from the store's errors to gRPC statuses; within a batch they are failures."""

from collections.abc import Mapping
from typing import Final

import grpc
import structlog

from heliograph.common.v1 import failure_pb2
from resource_store.domain.errors import (
    EpochChangedError,
    InvalidCursorError,
    ResourceNotFoundError,
    StampAheadError,
    StorageFailedError,
    StoreError,
    TenantClosedError,
    TooLargeError,
    UnknownResourceTypeError,
    VersionMismatchError,
)
from scim.errors import ScimError

_log = structlog.get_logger()

STATUSES: Final[Mapping[type[Exception], grpc.StatusCode]] = {
    ScimError: grpc.StatusCode.INVALID_ARGUMENT,
    EpochChangedError: grpc.StatusCode.FAILED_PRECONDITION,
    InvalidCursorError: grpc.StatusCode.INVALID_ARGUMENT,
    ResourceNotFoundError: grpc.StatusCode.NOT_FOUND,
    StampAheadError: grpc.StatusCode.OUT_OF_RANGE,
    StorageFailedError: grpc.StatusCode.UNAVAILABLE,
    TenantClosedError: grpc.StatusCode.FAILED_PRECONDITION,
    TooLargeError: grpc.StatusCode.RESOURCE_EXHAUSTED,
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
