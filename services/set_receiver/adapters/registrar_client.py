"""The ssf-registrar's StreamService and TokenService."""

from collections.abc import Mapping, Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import stream_pb2, token_service_pb2, token_service_pb2_grpc
from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1 import stream_service_pb2_grpc as pb_grpc
from servicekit.bearer import Grant
from servicekit.channels import call, call_until
from servicekit.failures import CursorLostError, RemoteError, RemoteUnavailableError
from set_receiver.domain.fetching import Publisher
from set_receiver.domain.handling import Action, Handling, RouteMode
from set_receiver.domain.streams import Delivery, ReceiveStream, Status
from set_receiver.ports.streams import JournalEntry, StreamEntry, TenantEntry, TokenEntry

_DEADLINE_SECONDS = 5.0
_WAIT_SECONDS = 20.0
_ENTRIES_AT_ONCE = 500

_ALGORITHMS: Final = ("RS256", "ES256")
_STREAM_KINDS: Final = frozenset(
    {
        pb.JOURNAL_KIND_STREAM_CREATED,
        pb.JOURNAL_KIND_STREAM_CHANGED,
        pb.JOURNAL_KIND_STREAM_DELETED,
    }
)
# what is not known to be enabled is not enabled
_STATUSES: Final[Mapping[int, Status]] = {
    stream_pb2.STREAM_STATUS_ENABLED: Status.ENABLED,
    stream_pb2.STREAM_STATUS_PAUSED: Status.PAUSED,
}


class GrpcRegistrar:
    """Reads receive streams, the journal, and what bearer tokens may do."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._streams = pb_grpc.StreamServiceStub(channel)
        self._tokens = token_service_pb2_grpc.TokenServiceStub(channel)

    async def all(self) -> tuple[Sequence[ReceiveStream], str]:
        """Return every receive stream, as the port says."""
        request = pb.ListStreamsRequest(direction=stream_pb2.DIRECTION_RECEIVE)
        response = await call(self._streams.ListStreams, request, deadline=_DEADLINE_SECONDS)
        return [_decode(stream) for stream in response.streams], response.cursor

    async def get(self, tenant: str, stream_id: str) -> ReceiveStream | None:
        """Return one receive stream, as the port says."""
        request = pb.GetStreamRequest(tenant=tenant, stream_id=stream_id)
        try:
            response = await call(self._streams.GetStream, request, deadline=_DEADLINE_SECONDS)
        except RemoteUnavailableError:
            raise
        except RemoteError as error:
            if error.reason == "STREAM_NOT_FOUND":
                return None
            raise
        is_ours = response.stream.direction == stream_pb2.DIRECTION_RECEIVE
        return _decode(response.stream) if is_ours else None

    async def read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        """Read the journal, as the port says."""
        request = pb.ReadJournalRequest(
            cursor=cursor, limit=_ENTRIES_AT_ONCE, wait_milliseconds=int(_WAIT_SECONDS * 1000)
        )
        try:
            response = await call(
                self._streams.ReadJournal, request, deadline=_WAIT_SECONDS + _DEADLINE_SECONDS
            )
        except RemoteError as error:
            if error.reason in {"EPOCH_CHANGED", "INVALID_CURSOR"}:
                raise CursorLostError(error.reason) from None
            raise
        entries = (_entry(entry) for entry in response.entries)
        return [entry for entry in entries if entry is not None], response.next_cursor

    async def look_up_token(self, token_hash: bytes) -> Grant | None:
        """Return what a bearer token may do; None when it is unknown, expired or revoked."""
        request = token_service_pb2.LookUpTokenRequest(token_hash=token_hash)
        try:
            found = await call_until(self._tokens.LookUpToken, request, deadline=_DEADLINE_SECONDS)
        except RemoteUnavailableError:
            raise
        except RemoteError as error:
            if error.reason == "TOKEN_NOT_FOUND":
                return None
            raise
        return Grant(found.tenant, found.subject, frozenset(found.scopes), found.expires)


def _entry(entry: pb.JournalEntry) -> JournalEntry | None:
    if entry.kind == pb.JOURNAL_KIND_TOKEN_CHANGED:
        return TokenEntry(entry.token_hash)
    if entry.kind == pb.JOURNAL_KIND_TENANT_CHANGED:
        return TenantEntry(entry.tenant)
    is_ours = entry.direction == stream_pb2.DIRECTION_RECEIVE
    if entry.kind in _STREAM_KINDS and is_ours:
        return StreamEntry(entry.tenant, entry.stream_id)
    return None


def _publisher(stream: stream_pb2.Stream) -> Publisher | None:
    if not stream.publisher_scim_url:
        return None
    return Publisher(stream.publisher_scim_url, stream.publisher_authorization)


def _decode(stream: stream_pb2.Stream) -> ReceiveStream:
    is_polled = stream.delivery_method == stream_pb2.DELIVERY_METHOD_POLL
    return ReceiveStream(
        tenant=stream.tenant,
        stream_id=stream.stream_id,
        iss=stream.iss,
        audiences=frozenset(stream.aud),
        delivery=Delivery.POLL if is_polled else Delivery.PUSH,
        endpoint_url=stream.endpoint_url,
        authorization_header=stream.authorization_header,
        status=_STATUSES.get(stream.status, Status.DISABLED),
        jwks_uri=stream.jwks_uri,
        algorithms=frozenset(
            {stream.signing_algorithm} if stream.signing_algorithm else _ALGORITHMS
        ),
        accepts_legacy=stream.accepts_legacy,
        publisher=_publisher(stream),
        handling=_handling(stream),
    )


def _handling(stream: stream_pb2.Stream) -> Handling:
    routes = stream.disposition in {
        stream_pb2.RECEIVE_DISPOSITION_ROUTE,
        stream_pb2.RECEIVE_DISPOSITION_BOTH,
    }
    reactions = sorted(stream.reactions.items())
    return Handling(
        applies=stream.disposition != stream_pb2.RECEIVE_DISPOSITION_ROUTE,
        route_mode=RouteMode(stream.route_mode or "PB") if routes else None,
        reactions=tuple((uri, Action(action)) for uri, action in reactions),
    )
