"""The gRPC side of a service: who may call, health, errors with reasons, one measure a call."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import grpc
import structlog
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from prometheus_client import Histogram

from servicekit.callers import CallerNotAllowedError, Door
from servicekit.endpoints import Endpoint
from servicekit.failures import StartError

ERROR_DOMAIN = "heliograph"
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
KEEPALIVE_MILLISECONDS = 10_000
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    # Peers ask so often whether we are still there, and long polls send nothing meanwhile.
    ("grpc.http2.min_ping_interval_without_data_ms", KEEPALIVE_MILLISECONDS // 2),
)

_log = structlog.get_logger()
_seconds = Histogram(
    "heliograph_grpc_server_seconds", "Time from call to answer.", ["method", "code"]
)


class HasReason(Protocol):
    """An error of a service's own: `reason` is stable and machine-readable."""

    reason: str


@dataclass(frozen=True, slots=True)
class GrpcFace:
    """What a service serves over gRPC, and where."""

    endpoint: Endpoint
    register: tuple[Callable[[grpc.aio.Server], None], ...]
    statuses: Mapping[type[Exception], grpc.StatusCode]
    """The one table from the service's errors to gRPC statuses; subclasses follow their base."""


def create_server(face: GrpcFace) -> grpc.aio.Server:
    """Return a server, not yet started, for the face's servicers and standard health.

    Raises `StartError` when the address cannot be had.
    """
    is_tcp = face.endpoint.identity is not None
    server = grpc.aio.server(
        interceptors=[_ErrorInterceptor(face.statuses, Door() if is_tcp else None)],
        options=_OPTIONS,
    )
    for register in face.register:
        register(server)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    _listen(server, face.endpoint)
    return server


def _listen(server: grpc.aio.Server, endpoint: Endpoint) -> None:
    try:
        if endpoint.identity is None:
            server.add_insecure_port(endpoint.address)
        else:
            server.add_secure_port(endpoint.address, endpoint.identity.server_credentials())
    except RuntimeError:
        raise StartError(f"cannot listen on {endpoint.address} for gRPC: choose another") from None


# The DNS names in the certificate of the caller, where it showed one.
_NAMES = "peer_dns"
_WHERE_AND_WHY = ("attribute_path", "clause")
SERVING = health_pb2.HealthCheckResponse.SERVING


class _ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Turns a service's errors into statuses; what is in no table is INTERNAL, without detail.

    With a door, a caller that it does not admit is refused before its request is looked at.
    """

    def __init__(
        self, statuses: Mapping[type[Exception], grpc.StatusCode], door: Door | None
    ) -> None:
        self._statuses = {**statuses, CallerNotAllowedError: grpc.StatusCode.PERMISSION_DENIED}
        self._door = door

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the handler of a unary call; there are no others."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return None
        answer: Any = handler.unary_unary  # the stubs know only the blocking kind of handler
        method = handler_call_details.method
        door = self._door

        async def answer_or_status(request: object, context: Any) -> object:  # noqa: ANN401
            began = time.perf_counter()
            code = "OK"
            try:
                if door is not None:
                    door.admit(method, context.auth_context().get(_NAMES, ()))
                return await answer(request, context)
            except Exception as error:  # the one place where errors become statuses
                status = self._status_of(error)
                code = status.name
                if status is grpc.StatusCode.INTERNAL:
                    _log.exception("grpc.failed", method=method)
                elif isinstance(error, CallerNotAllowedError):
                    _log.error("grpc.caller_refused", method=method, detail=str(error))
                await context.abort_with_status(rpc_status.to_status(_message(error, status)))
                raise
            finally:
                _seconds.labels(method, code).observe(time.perf_counter() - began)

        return grpc.unary_unary_rpc_method_handler(
            answer_or_status, handler.request_deserializer, handler.response_serializer
        )

    def _status_of(self, error: Exception) -> grpc.StatusCode:
        for kind in type(error).__mro__:
            if kind in self._statuses:
                return self._statuses[kind]
        return grpc.StatusCode.INTERNAL


def _message(error: Exception, status: grpc.StatusCode) -> status_pb2.Status:
    code = code_pb2.Code.Value(status.name)
    if status is grpc.StatusCode.INTERNAL:
        return status_pb2.Status(code=code, message="internal error")
    info = error_details_pb2.ErrorInfo(reason=getattr(error, "reason", ""), domain=ERROR_DOMAIN)
    for name in _WHERE_AND_WHY:
        if value := getattr(error, name, ""):
            info.metadata[name] = value
    packed = any_pb2.Any()
    packed.Pack(info)
    return status_pb2.Status(code=code, message=str(error), details=[packed])


def registrations(
    *pairs: tuple[Callable[[Any, grpc.aio.Server], None], object],
) -> tuple[Callable[[grpc.aio.Server], None], ...]:
    """Pair generated `add_…_to_server` functions with their servicers, for `GrpcFace.register`."""

    def bound(
        add: Callable[[Any, grpc.aio.Server], None], servicer: object
    ) -> Callable[[grpc.aio.Server], None]:
        return lambda server: add(servicer, server)

    return tuple(bound(add, servicer) for add, servicer in pairs)
