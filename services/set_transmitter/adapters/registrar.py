"""The registrar's streams, tokens and journal, read over gRPC."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_pb2, stream_service_pb2, token_service_pb2
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceStub
from servicekit.bearer import Grant
from servicekit.channels import call, call_until
from servicekit.failures import CursorLostError, RemoteError
from set_transmitter.domain.journal import (
    JournalEntry,
    KeyRotated,
    StreamChanged,
    TenantChanged,
    TokenChanged,
)
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus, SubjectFormat

_LIMIT: Final = 200
_WAIT_SECONDS: Final = 20.0
_DEADLINE_SECONDS: Final = 5.0

_STATUSES: Final[Mapping[int, StreamStatus]] = {
    stream_pb2.STREAM_STATUS_ENABLED: StreamStatus.ENABLED,
    stream_pb2.STREAM_STATUS_PAUSED: StreamStatus.PAUSED,
    stream_pb2.STREAM_STATUS_DISABLED: StreamStatus.DISABLED,
}
_METHODS: Final[Mapping[int, DeliveryMethod]] = {
    stream_pb2.DELIVERY_METHOD_PUSH: DeliveryMethod.PUSH,
    stream_pb2.DELIVERY_METHOD_POLL: DeliveryMethod.POLL,
}


class Journal:
    """Reads what changes in the registrar."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        """Return the entries after a cursor and the next one, waiting a while for a first entry.

        Raises `CursorLostError` when the registrar does not know the cursor (any more).
        """
        request = stream_service_pb2.ReadJournalRequest(
            cursor=cursor, limit=_LIMIT, wait_milliseconds=int(_WAIT_SECONDS * 1000)
        )
        try:
            response = await call(
                self._stub.ReadJournal, request, deadline=_WAIT_SECONDS + _DEADLINE_SECONDS
            )
        except RemoteError as error:
            if error.reason in {"EPOCH_CHANGED", "INVALID_CURSOR"}:
                raise CursorLostError(error.reason) from None
            raise
        entries = (_journal_entry(entry) for entry in response.entries)
        return [entry for entry in entries if entry is not None], response.next_cursor


class RegistrarStreams:
    """Reads the transmit streams."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def list(self) -> tuple[Sequence[Stream], str]:
        """Return all streams, and the journal cursor at which that was so."""
        request = stream_service_pb2.ListStreamsRequest(direction=stream_pb2.DIRECTION_TRANSMIT)
        response = await call(self._stub.ListStreams, request, deadline=_DEADLINE_SECONDS)
        return [_stream(stream) for stream in response.streams], response.cursor

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return one stream; None when there is none that transmits."""
        found = await self._found(tenant, stream_id)
        is_ours = found is not None and found.direction == stream_pb2.DIRECTION_TRANSMIT
        return _stream(found) if found is not None and is_ours else None

    async def receives(self, tenant: str, stream_id: str) -> bool:
        """Tell whether a stream is there, and receives."""
        found = await self._found(tenant, stream_id)
        return found is not None and found.direction == stream_pb2.DIRECTION_RECEIVE

    async def _found(self, tenant: str, stream_id: str) -> stream_pb2.Stream | None:
        request = stream_service_pb2.GetStreamRequest(tenant=tenant, stream_id=stream_id)
        try:
            response = await call(self._stub.GetStream, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason == "STREAM_NOT_FOUND":
                return None
            raise
        found: stream_pb2.Stream = response.stream
        return found


class RegistrarTokens:
    """Looks bearer tokens up."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = TokenServiceStub(channel)

    async def look_up(self, token_hash: bytes) -> Grant | None:
        """Return what a token grants; None when it is unknown, expired or revoked."""
        request = token_service_pb2.LookUpTokenRequest(token_hash=token_hash)
        try:
            found = await call_until(self._stub.LookUpToken, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason == "TOKEN_NOT_FOUND":
                return None
            raise
        return Grant(found.tenant, found.subject, frozenset(found.scopes), found.expires)


def _journal_entry(entry: stream_service_pb2.JournalEntry) -> JournalEntry | None:
    match entry.kind:
        case stream_service_pb2.JOURNAL_KIND_KEY_ROTATED:
            return KeyRotated(entry.tenant)
        case stream_service_pb2.JOURNAL_KIND_TOKEN_CHANGED:
            return TokenChanged(entry.token_hash)
        case stream_service_pb2.JOURNAL_KIND_TENANT_CHANGED:
            return TenantChanged(entry.tenant)
        case _ if entry.direction == stream_pb2.DIRECTION_TRANSMIT:
            return StreamChanged(entry.tenant, entry.stream_id)
        case _:
            return None


def _stream(stream: stream_pb2.Stream) -> Stream:
    return Stream(
        tenant=stream.tenant,
        stream_id=stream.stream_id,
        iss=stream.iss,
        aud=tuple(stream.aud),
        events_delivered=frozenset(stream.events_delivered),
        method=_METHODS[stream.delivery_method],
        endpoint_url=stream.endpoint_url,
        authorization_header=stream.authorization_header,
        status=_STATUSES[stream.status],
        signing_algorithm=stream.signing_algorithm,
        created=stream.created,
        subject_format=SubjectFormat(stream.subject_format or SubjectFormat.ISS_SUB.value),
    )
