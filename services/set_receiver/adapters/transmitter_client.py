"""The set-transmitter's EventService."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import grpc
import orjson

from heliograph.common.v1 import stamp_pb2
from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import EventServiceStub
from servicekit.channels import call_until
from servicekit.failures import RemoteError, RemoteUnavailableError
from set_receiver.domain.errors import RouteRefusedError, TransmitterUnavailableError
from set_receiver.domain.handling import RouteMode
from set_receiver.domain.routing import SetToRoute

_MOST_BYTES: Final = 1024 * 1024
_LONGEST_WAIT_SECONDS: Final = 2.0
_MODES: Final[Mapping[RouteMode, "pb.RouteMode.ValueType"]] = {
    RouteMode.FORWARD: pb.ROUTE_MODE_FORWARD,
    RouteMode.PUBLISH: pb.ROUTE_MODE_PUBLISH,
}


class GrpcRoutes:
    """Brings SETs to the active transmitter, waiting a while where another takes over."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = EventServiceStub(channel)

    async def route(self, sets: Sequence[SetToRoute], *, seconds: float) -> None:
        """Send SETs on, as the port says."""
        deadline = min(seconds, _LONGEST_WAIT_SECONDS)
        for part in _parts([_encode(each) for each in sets]):
            try:
                await call_until(self._stub.Route, pb.RouteRequest(sets=part), deadline=deadline)
            except RemoteUnavailableError as error:
                raise TransmitterUnavailableError(str(error)) from None
            except RemoteError as error:
                raise RouteRefusedError(error.reason, error.detail) from None


def _parts(messages: Sequence[pb.ReceivedSet]) -> Iterator[Sequence[pb.ReceivedSet]]:
    """Yield parts, in order, that a call can carry; a part has at least one."""
    part: list[pb.ReceivedSet] = []
    size = 0
    for message in messages:
        size += message.ByteSize()
        if part and size > _MOST_BYTES:
            yield part
            part, size = [], message.ByteSize()
        part.append(message)
    yield part


def _encode(routed: SetToRoute) -> pb.ReceivedSet:
    token, arrival = routed.token, routed.arrival
    return pb.ReceivedSet(
        tenant=arrival.tenant,
        mode=_MODES[routed.mode],
        iss=token.iss,
        jti=token.jti,
        aud=token.aud,
        txn=token.txn or "",
        sub_id=orjson.dumps(token.sub_id),
        events=[
            pb.ReceivedEvent(uri=uri, payload=orjson.dumps(payload))
            for uri, payload in routed.events
        ],
        origin=stamp_pb2.Stamp(clock=routed.origin_clock, cluster=routed.origin_cluster),
        lineage=routed.lineage,
        version_before=routed.version_before,
        traceparent=arrival.traceparent,
        jwt=arrival.token if routed.mode is RouteMode.FORWARD else "",
    )
