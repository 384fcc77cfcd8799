"""The registrar's streams, tokens and journal, read over gRPC."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_pb2, stream_service_pb2, token_service_pb2
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from heliograph.ssf.v1.token_service_pb2_grpc import TokenServiceStub
from scim.resource_type import ResourceType
from servicekit.bearer import Grant
from servicekit.channels import call, call_until
from servicekit.failures import CursorLostError, RemoteError
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.journal import (
    JournalEntry,
    KeyRotated,
    StreamChanged,
    TenantChanged,
    TokenChanged,
)
from set_transmitter.domain.resets import RequestedReset
from set_transmitter.domain.stream_events import StatusChange, VerificationRequest
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus, SubjectFormat

_LIMIT: Final = 200
_WAIT_SECONDS: Final = 20.0
_DEADLINE_SECONDS: Final = 5.0

_FORWARD: Final = "FW"
_STATUSES: Final[Mapping[int, StreamStatus]] = {
    stream_pb2.STREAM_STATUS_ENABLED: StreamStatus.ENABLED,
    stream_pb2.STREAM_STATUS_PAUSED: StreamStatus.PAUSED,
    stream_pb2.STREAM_STATUS_DISABLED: StreamStatus.DISABLED,
}
_NUMBERS: Final[Mapping[StreamStatus, stream_pb2.StreamStatus.ValueType]] = {
    StreamStatus.ENABLED: stream_pb2.STREAM_STATUS_ENABLED,
    StreamStatus.PAUSED: stream_pb2.STREAM_STATUS_PAUSED,
    StreamStatus.DISABLED: stream_pb2.STREAM_STATUS_DISABLED,
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
        response = await _read_journal(self._stub, cursor)
        entries = (_journal_entry(entry) for entry in response.entries)
        return [entry for entry in entries if entry is not None], response.next_cursor


class VerificationRequests:
    """Reads of the journal what receivers want of their streams."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def read(self, cursor: str) -> tuple[Sequence[VerificationRequest], str]:
        """Return the requests after a cursor, as `Journal.read` does."""
        response = await _read_journal(self._stub, cursor)
        requests = (_verification_request(entry) for entry in response.entries)
        return [each for each in requests if each is not None], response.next_cursor

    async def end(self) -> str:
        """Return the cursor of the journal's present end."""
        request = stream_service_pb2.ListStreamsRequest()
        response = await call(self._stub.ListStreams, request, deadline=_DEADLINE_SECONDS)
        end: str = response.cursor
        return end


class RegistrarStreams:
    """Reads the transmit streams; `resource_types` are those that there are, by name."""

    def __init__(
        self, channel: grpc.aio.Channel, resource_types: Mapping[str, ResourceType]
    ) -> None:
        self._stub = StreamServiceStub(channel)
        self._resource_types = resource_types

    async def list(self) -> tuple[Sequence[Stream], str]:
        """Return all streams, and the journal cursor at which that was so."""
        request = stream_service_pb2.ListStreamsRequest(direction=stream_pb2.DIRECTION_TRANSMIT)
        response = await call(self._stub.ListStreams, request, deadline=_DEADLINE_SECONDS)
        return [self._stream(stream) for stream in response.streams], response.cursor

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return one stream; None when there is none that transmits."""
        found = await self._found(tenant, stream_id)
        is_ours = found is not None and found.direction == stream_pb2.DIRECTION_TRANSMIT
        return self._stream(found) if found is not None and is_ours else None

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

    def _stream(self, stream: stream_pb2.Stream) -> Stream:
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
            feed=Feed(stream.filter, tuple(stream.attributes), self._resource_types),
            receiver_jwks_uri=stream.receiver_jwks_uri,
            status_reason=stream.status_reason,
            inactivity_timeout=stream.inactivity_timeout,
            reset=_requested_reset(stream),
            forwards=stream.route_mode == _FORWARD,
            subject_format=SubjectFormat(stream.subject_format or SubjectFormat.ISS_SUB.value),
        )


class RegistrarStatuses:
    """Sets the status of transmit streams, and tells how long nobody has managed one."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def set(self, change: StatusChange) -> None:
        """Set a status, unless it is another by now than was expected, or the stream is gone."""
        request = stream_service_pb2.SetStreamStatusRequest(
            tenant=change.tenant,
            stream_id=change.stream_id,
            status=_NUMBERS[change.status],
            reason=change.reason,
            expected_status=_NUMBERS[change.expected],
        )
        try:
            await call(self._stub.SetStreamStatus, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason != "STREAM_NOT_FOUND":
                raise

    async def unmanaged_seconds(self, tenant: str, stream_id: str) -> int:
        """Return how long no management call has named a stream; 0 when it is gone."""
        request = stream_service_pb2.GetStreamRequest(tenant=tenant, stream_id=stream_id)
        try:
            response = await call(self._stub.GetStream, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason == "STREAM_NOT_FOUND":
                return 0
            raise
        seconds: int = response.unmanaged_seconds
        return seconds


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


async def _read_journal(
    stub: StreamServiceStub, cursor: str
) -> stream_service_pb2.ReadJournalResponse:
    request = stream_service_pb2.ReadJournalRequest(
        cursor=cursor, limit=_LIMIT, wait_milliseconds=int(_WAIT_SECONDS * 1000)
    )
    try:
        return await call(stub.ReadJournal, request, deadline=_WAIT_SECONDS + _DEADLINE_SECONDS)
    except RemoteError as error:
        if error.reason in {"EPOCH_CHANGED", "INVALID_CURSOR"}:
            raise CursorLostError(error.reason) from None
        raise


def _verification_request(
    entry: stream_service_pb2.JournalEntry,
) -> VerificationRequest | None:
    # that of a tenant which is gone has lost what it asked for
    if not entry.HasField("verification"):
        return None
    asked = entry.verification
    return VerificationRequest(
        entry.tenant,
        entry.stream_id,
        asked.txn,
        asked.state if asked.HasField("state") else None,
        asked.requested,
    )


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


def _requested_reset(stream: stream_pb2.Stream) -> RequestedReset | None:
    if not stream.reset_revision:
        return None
    return RequestedReset(stream.reset_jti, stream.reset_date, stream.reset_revision)
