"""The registrar's journal behind gRPC, as it tells of tenants."""

from collections.abc import Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from servicekit.channels import call
from servicekit.failures import CursorLostError, RemoteError

_WAIT_SECONDS: Final = 20.0
_GRACE_SECONDS: Final = 5.0
_ENTRIES: Final = 1000
_CURSOR_LOST: Final = frozenset({"INVALID_CURSOR", "EPOCH_CHANGED"})


class GrpcTenantJournal:
    """Implements `TenantJournal`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def newest(self) -> str:
        """As the port says."""
        request = pb.ListStreamsRequest()
        return (await call(self._stub.ListStreams, request, deadline=_GRACE_SECONDS)).cursor

    async def changed_since(self, cursor: str) -> tuple[Sequence[str], str]:
        """As the port says; raises `CursorLostError`."""
        request = pb.ReadJournalRequest(
            cursor=cursor, limit=_ENTRIES, wait_milliseconds=int(_WAIT_SECONDS * 1000)
        )
        try:
            read = await call(
                self._stub.ReadJournal, request, deadline=_WAIT_SECONDS + _GRACE_SECONDS
            )
        except RemoteError as error:
            if error.reason in _CURSOR_LOST:
                raise CursorLostError from None
            raise
        kind = pb.JOURNAL_KIND_TENANT_CHANGED
        return [each.tenant for each in read.entries if each.kind == kind], read.next_cursor
