"""Streams and journal entries as protobuf messages."""

from types import MappingProxyType
from typing import Final

from heliograph.ssf.v1 import stream_pb2, stream_service_pb2
from ssf_registrar.domain.configuration import Origins, authorization_header, endpoint_url
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import Delivery, Direction, Poll, ReceivePoll, Status, Stream

DIRECTIONS: Final = MappingProxyType(
    {
        Direction.TRANSMIT: stream_pb2.DIRECTION_TRANSMIT,
        Direction.RECEIVE: stream_pb2.DIRECTION_RECEIVE,
    }
)
_STATUSES: Final = MappingProxyType(
    {
        Status.ENABLED: stream_pb2.STREAM_STATUS_ENABLED,
        Status.PAUSED: stream_pb2.STREAM_STATUS_PAUSED,
        Status.DISABLED: stream_pb2.STREAM_STATUS_DISABLED,
    }
)
_KINDS: Final = MappingProxyType(
    {
        JournalKind.STREAM_CREATED: stream_service_pb2.JOURNAL_KIND_STREAM_CREATED,
        JournalKind.STREAM_CHANGED: stream_service_pb2.JOURNAL_KIND_STREAM_CHANGED,
        JournalKind.STREAM_DELETED: stream_service_pb2.JOURNAL_KIND_STREAM_DELETED,
        JournalKind.KEY_ROTATED: stream_service_pb2.JOURNAL_KIND_KEY_ROTATED,
        JournalKind.TOKEN_CHANGED: stream_service_pb2.JOURNAL_KIND_TOKEN_CHANGED,
        JournalKind.TENANT_CHANGED: stream_service_pb2.JOURNAL_KIND_TENANT_CHANGED,
    }
)


def stream_message(stream: Stream, origins: Origins) -> stream_pb2.Stream:
    """Return a stream with its secret, for the services that send and receive."""
    return stream_pb2.Stream(
        tenant=stream.tenant,
        stream_id=stream.stream_id,
        direction=DIRECTIONS[stream.direction],
        iss=stream.iss,
        aud=stream.aud,
        events_requested=stream.events_requested,
        events_delivered=stream.events_delivered,
        delivery_method=_method(stream.delivery),
        endpoint_url=endpoint_url(stream, origins),
        authorization_header=authorization_header(stream.delivery) or "",
        status=_STATUSES[stream.status],
        status_reason=stream.status_reason or "",
        description=stream.description or "",
        signing_algorithm=stream.signing_algorithm or "",
        jwks_uri=stream.jwks_uri or "",
        disposition=_disposition(stream.direction),
        revision=stream.revision,
        created=stream.created,
        subject_format=stream.subject_format.value,
    )


def journal_message(entry: JournalEntry) -> stream_service_pb2.JournalEntry:
    """Return a journal entry."""
    return stream_service_pb2.JournalEntry(
        kind=_KINDS[entry.kind],
        tenant=entry.tenant,
        stream_id=entry.stream_id or "",
        direction=(
            stream_pb2.DIRECTION_UNSPECIFIED
            if entry.direction is None
            else DIRECTIONS[entry.direction]
        ),
        token_hash=entry.token_hash or b"",
    )


def _method(delivery: Delivery) -> stream_pb2.DeliveryMethod.ValueType:
    if isinstance(delivery, Poll | ReceivePoll):
        return stream_pb2.DELIVERY_METHOD_POLL
    return stream_pb2.DELIVERY_METHOD_PUSH


def _disposition(direction: Direction) -> stream_pb2.ReceiveDisposition.ValueType:
    if direction is Direction.RECEIVE:
        return stream_pb2.RECEIVE_DISPOSITION_APPLY
    return stream_pb2.RECEIVE_DISPOSITION_UNSPECIFIED
