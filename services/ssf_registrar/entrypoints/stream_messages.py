"""Streams and journal entries as protobuf messages."""

from types import MappingProxyType
from typing import Final

from heliograph.ssf.v1 import stream_pb2, stream_service_pb2
from ssf_registrar.domain.configuration import Origins, authorization_header, endpoint_url
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.routing import Disposition
from ssf_registrar.domain.streams import Delivery, Direction, Poll, ReceivePoll, Status, Stream
from ssf_registrar.domain.verifications import Verification

DIRECTIONS: Final = MappingProxyType(
    {
        Direction.TRANSMIT: stream_pb2.DIRECTION_TRANSMIT,
        Direction.RECEIVE: stream_pb2.DIRECTION_RECEIVE,
    }
)
STATUSES: Final = MappingProxyType(
    {
        Status.ENABLED: stream_pb2.STREAM_STATUS_ENABLED,
        Status.PAUSED: stream_pb2.STREAM_STATUS_PAUSED,
        Status.DISABLED: stream_pb2.STREAM_STATUS_DISABLED,
    }
)
_DISPOSITIONS: Final = MappingProxyType(
    {
        Disposition.APPLY: stream_pb2.RECEIVE_DISPOSITION_APPLY,
        Disposition.ROUTE: stream_pb2.RECEIVE_DISPOSITION_ROUTE,
        Disposition.BOTH: stream_pb2.RECEIVE_DISPOSITION_BOTH,
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
        JournalKind.VERIFICATION_REQUESTED: (
            stream_service_pb2.JOURNAL_KIND_VERIFICATION_REQUESTED
        ),
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
        status=STATUSES[stream.status],
        status_reason=stream.status_reason or "",
        description=stream.description or "",
        signing_algorithm=stream.signing_algorithm or "",
        jwks_uri=stream.jwks_uri or "",
        disposition=_disposition(stream),
        revision=stream.revision,
        created=stream.created,
        filter=stream.feed.filter,
        attributes=stream.feed.attributes,
        receiver_jwks_uri=stream.exchange.receiver_jwks_uri or "",
        accepts_legacy=stream.exchange.accepts_legacy,
        min_verification_interval=(
            stream.liveness.min_verification_interval
            if stream.direction is Direction.TRANSMIT
            else 0
        ),
        inactivity_timeout=stream.liveness.inactivity_timeout or 0,
        reset_jti=stream.reset.jti if stream.reset else "",
        reset_date=stream.reset.date if stream.reset else 0,
        reset_revision=stream.reset.revision if stream.reset else 0,
        publisher_scim_url=stream.publisher.scim_base_url if stream.publisher else "",
        publisher_authorization=(
            (stream.publisher.authorization_header or "") if stream.publisher else ""
        ),
        route_mode=stream.routing.route_mode or "",
        reactions=dict(stream.routing.reactions),
        subject_format=(
            stream.subject_format.value if stream.direction is Direction.TRANSMIT else ""
        ),
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
        verification=_verification(entry.verification),
    )


def _verification(
    verification: Verification | None,
) -> stream_service_pb2.VerificationRequest | None:
    if verification is None:
        return None
    return stream_service_pb2.VerificationRequest(
        txn=verification.txn, state=verification.state, requested=verification.requested
    )


def _method(delivery: Delivery) -> stream_pb2.DeliveryMethod.ValueType:
    if isinstance(delivery, Poll | ReceivePoll):
        return stream_pb2.DELIVERY_METHOD_POLL
    return stream_pb2.DELIVERY_METHOD_PUSH


def _disposition(stream: Stream) -> stream_pb2.ReceiveDisposition.ValueType:
    if stream.direction is Direction.RECEIVE:
        return _DISPOSITIONS[stream.routing.disposition]
    return stream_pb2.RECEIVE_DISPOSITION_UNSPECIFIED
