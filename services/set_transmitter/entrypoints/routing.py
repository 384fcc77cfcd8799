"""EventService.Route: what was received, to be sent on."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from heliograph.event.v1 import event_service_pb2 as pb
from set_transmitter.domain.received_sets import ReceivedSet, RouteMode
from set_transmitter.entrypoints.terms import Term

_MODES: Final[Mapping[int, RouteMode]] = {
    pb.ROUTE_MODE_FORWARD: RouteMode.FORWARD,
    pb.ROUTE_MODE_PUBLISH: RouteMode.PUBLISH,
}


async def route(term: Term, sets: Sequence[pb.ReceivedSet]) -> pb.RouteResponse:
    """Log what SETs tell, and wake the streams that have something new."""
    results, told = await term.route_sets([_received(each) for each in sets])
    term.news.log.publish()
    term.news.publish(told)
    return pb.RouteResponse(
        results=[
            pb.RouteResult(events=each.events, is_repeated=each.is_repeated) for each in results
        ]
    )


def _received(message: pb.ReceivedSet) -> ReceivedSet:
    return ReceivedSet(
        tenant=message.tenant,
        mode=_MODES.get(message.mode, RouteMode.PUBLISH),
        iss=message.iss,
        jti=message.jti,
        aud=tuple(message.aud),
        txn=message.txn,
        sub_id=orjson.loads(message.sub_id),
        events=tuple((event.uri, orjson.loads(event.payload)) for event in message.events),
        origin_clock=message.origin.clock,
        origin_cluster=message.origin.cluster,
        lineage=tuple(message.lineage),
        version_before=message.version_before,
        traceparent=message.traceparent,
        jwt=message.jwt,
    )
