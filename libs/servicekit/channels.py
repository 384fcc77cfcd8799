"""Calling another service: every call has a deadline, and an error that says why."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from servicekit.endpoints import Endpoint
from servicekit.failures import RemoteError, RemoteUnavailableError
from servicekit.grpc_server import KEEPALIVE_MILLISECONDS, MAX_MESSAGE_BYTES

RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")

_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
_PAUSE_SECONDS = 0.1
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    # Despite its name this is how long one attempt may take: a busy peer needs its time.
    ("grpc.min_reconnect_backoff_ms", 5000),
)
_TCP_OPTIONS: Final = (
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
    # A replica that comes back under another address is found as soon as the name says so.
    ("grpc.dns_min_time_between_resolutions_ms", 500),
    # A machine that is gone says no goodbye.
    ("grpc.keepalive_time_ms", KEEPALIVE_MILLISECONDS),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_MILLISECONDS // 2),
)


def open_channel(peer: Endpoint) -> grpc.aio.Channel:
    """Return a channel that finds a restarted peer again within half a second.

    Over TCP it takes turns among the addresses of the peer's name, and talks to nothing whose
    certificate does not name the peer.
    """
    if peer.identity is None:
        return grpc.aio.insecure_channel(peer.address, options=_OPTIONS)
    options = [*_OPTIONS, *_TCP_OPTIONS, ("grpc.ssl_target_name_override", peer.service)]
    return grpc.aio.secure_channel(
        peer.address, peer.identity.channel_credentials(), options=options
    )


async def call(
    method: grpc.aio.UnaryUnaryMultiCallable[RequestT, ResponseT],
    request: RequestT,
    *,
    deadline: float,
) -> ResponseT:
    """Call once, answered within `deadline` seconds.

    Raises `RemoteError` with the peer's reason, or `RemoteUnavailableError`.
    """
    try:
        return await method(request, timeout=deadline)
    except grpc.aio.AioRpcError as error:
        raise _remote_error(error) from None


async def call_until(
    method: grpc.aio.UnaryUnaryMultiCallable[RequestT, ResponseT],
    request: RequestT,
    *,
    deadline: float,
) -> ResponseT:
    """Call what may be repeated, again and again while the peer is away, for `deadline` seconds.

    Raises as `call` does.
    """
    ends = time.monotonic() + deadline
    while True:
        try:
            return await call(method, request, deadline=max(ends - time.monotonic(), 0.001))
        except RemoteUnavailableError:
            if time.monotonic() + _PAUSE_SECONDS >= ends:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)


def _remote_error(error: grpc.aio.AioRpcError) -> RemoteError:
    detail = error.details() or ""
    if error.code() in _AWAY:
        return RemoteUnavailableError("UNAVAILABLE", detail)
    info = _error_info(error)
    return RemoteError(
        info.reason or error.code().name,
        detail,
        attribute_path=info.metadata.get("attribute_path", ""),
        clause=info.metadata.get("clause", ""),
    )


def _error_info(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    status = rpc_status.from_call(_Call(error))
    info = error_details_pb2.ErrorInfo()
    for packed in status.details if status is not None else ():
        if packed.Is(info.DESCRIPTOR) and packed.Unpack(info):
            break
    return info


class _Call:
    """What grpc_status wants to see of an error of the asyncio API."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self._error = error

    def trailing_metadata(self) -> Any:  # noqa: ANN401  grpc's own type
        return self._error.trailing_metadata()

    def code(self) -> grpc.StatusCode:
        return self._error.code()

    def details(self) -> str | None:
        return self._error.details()
