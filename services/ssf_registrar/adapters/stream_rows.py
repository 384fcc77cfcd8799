"""A stream as a row: its configuration as JSON, its secret apart and sealed."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from ssf_registrar.adapters.publisher_members import decode_publisher, encode_publisher
from ssf_registrar.domain import exchange
from ssf_registrar.domain.configuration import authorization_header
from ssf_registrar.domain.feeds import Feed
from ssf_registrar.domain.liveness import Liveness, liveness_members
from ssf_registrar.domain.routing import routing_members, stored_routing
from ssf_registrar.domain.streams import (
    Delivery,
    Direction,
    Poll,
    Push,
    ReceivePoll,
    ReceivePush,
    Reset,
    Status,
    Stream,
)
from ssf_registrar.domain.subject_formats import SubjectFormat
from ssf_registrar.ports.sealing import Sealer

NAMES: Final = (
    "tenant",
    "stream_id",
    "direction",
    "revision",
    "created",
    "configuration",
    "sealed_authorization_header",
)
Row = tuple[str, str, str, int, int, str, bytes | None]


def encode(stream: Stream, sealer: Sealer) -> Row:
    """Return a stream's row, in the order of `NAMES`."""
    header = authorization_header(stream.delivery)
    identity = _identity(stream.tenant, stream.stream_id)
    return (
        stream.tenant,
        stream.stream_id,
        stream.direction.value,
        stream.revision,
        stream.created,
        orjson.dumps(_configuration(stream) | encode_publisher(stream, sealer)).decode(),
        None if header is None else sealer.seal(header.encode(), identity=identity),
    )


def decode(row: Row, sealer: Sealer) -> Stream:
    """Return the stream of a row."""
    tenant, stream_id, direction, revision, created, configuration, sealed = row
    members = orjson.loads(configuration)
    header = None
    if sealed is not None:
        header = sealer.unseal(sealed, identity=_identity(tenant, stream_id)).decode()
    return Stream(
        tenant=tenant,
        stream_id=stream_id,
        owner=members["owner"],
        iss=members["iss"],
        aud=tuple(members["aud"]),
        events_requested=tuple(members["events_requested"]),
        delivery=_delivery(Direction(direction), members, header),
        description=members["description"],
        signing_algorithm=members["signing_algorithm"],
        jwks_uri=members["jwks_uri"],
        created=created,
        status=Status(members["status"]),
        status_reason=members["status_reason"],
        revision=revision,
        feed=_feed(members),
        exchange=exchange.loaded(members.get("exchange")),
        liveness=Liveness(**members.get("liveness", {})),
        reset=_reset(members.get("reset")),
        publisher=decode_publisher(members, sealer, tenant=tenant, stream_id=stream_id),
        routing=stored_routing(members.get("routing")),
        subject_format=SubjectFormat(members.get("subject_format", SubjectFormat.ISS_SUB)),
    )


def _configuration(stream: Stream) -> dict[str, object]:
    return {
        "owner": stream.owner,
        "iss": stream.iss,
        "aud": stream.aud,
        "events_requested": stream.events_requested,
        "endpoint_url": _endpoint_url(stream.delivery),
        "is_push": isinstance(stream.delivery, Push | ReceivePush),
        "description": stream.description,
        "signing_algorithm": stream.signing_algorithm,
        "jwks_uri": stream.jwks_uri,
        "status": stream.status.value,
        "status_reason": stream.status_reason,
        "feed": {"filter": stream.feed.filter, "attributes": stream.feed.attributes},
        "exchange": exchange.stored(stream.exchange),
        "liveness": liveness_members(stream.liveness),
        "reset": stream.reset and [stream.reset.jti, stream.reset.date, stream.reset.revision],
        "routing": routing_members(stream.routing),
        "subject_format": stream.subject_format.value,
    }


def _feed(members: Mapping[str, Any]) -> Feed:
    """Return the feed, which a stream of before there were any has not."""
    stored = members.get("feed")
    return Feed(stored["filter"], tuple(stored["attributes"])) if stored else Feed()


def _reset(stored: list[Any] | None) -> Reset | None:
    """Return the last reset; rows of the releases that had none do not name it."""
    return None if stored is None else Reset(*stored)


def _endpoint_url(delivery: Delivery) -> str | None:
    match delivery:
        case Push(url, _) | ReceivePoll(url, _):
            return url
        case _:
            return None


def _delivery(direction: Direction, members: Mapping[str, Any], header: str | None) -> Delivery:
    match direction, members["is_push"]:
        case Direction.TRANSMIT, True:
            return Push(members["endpoint_url"], header)
        case Direction.TRANSMIT, _:
            return Poll()
        case Direction.RECEIVE, True:
            return ReceivePush(header or "")
        case _:
            return ReceivePoll(members["endpoint_url"], header)


def _identity(tenant: str, stream_id: str) -> str:
    return f"streams/{tenant}/{stream_id}/authorization_header"
