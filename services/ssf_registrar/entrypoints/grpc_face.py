"""What the registrar serves over gRPC, with the one table from its refusals to statuses."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from grpc import StatusCode

from heliograph.ssf.v1.key_service_pb2_grpc import add_KeyServiceServicer_to_server
from heliograph.ssf.v1.stream_service_pb2_grpc import add_StreamServiceServicer_to_server
from heliograph.ssf.v1.tenant_service_pb2_grpc import add_TenantServiceServicer_to_server
from heliograph.ssf.v1.token_service_pb2_grpc import add_TokenServiceServicer_to_server
from servicekit.endpoints import Endpoint
from servicekit.failures import StorageError
from servicekit.grpc_server import GrpcFace, registrations
from ssf_registrar.domain import errors
from ssf_registrar.entrypoints.key_service import KeyServicer
from ssf_registrar.entrypoints.stream_service import StreamServicer
from ssf_registrar.entrypoints.tenant_service import TenantServicer
from ssf_registrar.entrypoints.token_service import TokenServicer

STATUSES: Final[Mapping[type[Exception], StatusCode]] = MappingProxyType(
    {
        errors.InvalidRequestError: StatusCode.INVALID_ARGUMENT,
        errors.MissingScopeError: StatusCode.PERMISSION_DENIED,
        errors.StreamNotFoundError: StatusCode.NOT_FOUND,
        errors.StreamChangedError: StatusCode.ABORTED,
        errors.VerificationTooSoonError: StatusCode.RESOURCE_EXHAUSTED,
        errors.KeyNotFoundError: StatusCode.NOT_FOUND,
        errors.TokenNotFoundError: StatusCode.NOT_FOUND,
        errors.TokenExistsError: StatusCode.ALREADY_EXISTS,
        errors.TokenChangedError: StatusCode.ABORTED,
        errors.ConfiguredTokenError: StatusCode.FAILED_PRECONDITION,
        errors.TenantNotFoundError: StatusCode.NOT_FOUND,
        errors.TenantExistsError: StatusCode.ALREADY_EXISTS,
        errors.TenantDeletingError: StatusCode.FAILED_PRECONDITION,
        errors.TenantNotDeletingError: StatusCode.FAILED_PRECONDITION,
        errors.TenantChangedError: StatusCode.ABORTED,
        errors.DefaultTenantError: StatusCode.FAILED_PRECONDITION,
        errors.NotClusterAdminError: StatusCode.PERMISSION_DENIED,
        errors.InvalidCursorError: StatusCode.INVALID_ARGUMENT,
        errors.EpochChangedError: StatusCode.FAILED_PRECONDITION,
        StorageError: StatusCode.UNAVAILABLE,
    }
)


def grpc_face(
    endpoint: Endpoint,
    streams: StreamServicer,
    keys: KeyServicer,
    *,
    tokens: TokenServicer,
    tenants: TenantServicer,
) -> GrpcFace:
    """Return the face that serves these servicers at `endpoint`."""
    register = registrations(
        (add_StreamServiceServicer_to_server, streams),
        (add_KeyServiceServicer_to_server, keys),
        (add_TokenServiceServicer_to_server, tokens),
        (add_TenantServiceServicer_to_server, tenants),
    )
    return GrpcFace(endpoint, tuple(register), STATUSES)
