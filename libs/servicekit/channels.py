"""Calling another service: every call has a deadline, and an error that says why."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from servicekit.failures import RemoteError, RemoteUnavailableError
from servicekit.grpc_server import MAX_MESSAGE_BYTES

RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")

_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
_PAUSE_SECONDS = 0.1


def open_channel(address: str) -> grpc.aio.Channel:
    """Return a channel that finds a restarted peer again within half a second."""
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 500),
            # Despite its name this is how long one attempt may take: a busy peer needs its time.
            ("grpc.min_reconnect_backoff_ms", 5000),
        ],
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
