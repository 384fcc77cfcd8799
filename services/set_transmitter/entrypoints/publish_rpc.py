"""EventService.Publish: events of applications over gRPC."""

import asyncio

from heliograph.event.v1 import event_service_pb2 as pb
from secevent.errors import InvalidRequestError
from secevent.json_members import parse_json_object
from set_transmitter.domain.publications import Publication, parse_publication
from set_transmitter.entrypoints.publish_routes import fresh
from set_transmitter.entrypoints.publisher import Publisher


class InvalidPublicationError(Exception):
    """An event of a request is not as it must be."""

    reason = "INVALID_REQUEST"


async def publish(publisher: Publisher, request: pb.PublishRequest) -> pb.PublishResponse:
    """Publish all events, or none where one is wrong."""
    publications = [
        _publication(request.tenant, number, event) for number, event in enumerate(request.events)
    ]
    done = await asyncio.gather(*map(publisher, publications), return_exceptions=True)
    for outcome in done:
        if outcome is not None:
            raise outcome
    return pb.PublishResponse(txns=[each.event.txn for each in publications])


def _publication(tenant: str, number: int, event: pb.PublishedEvent) -> Publication:
    try:
        body: dict[str, object] = {
            "sub_id": parse_json_object(event.sub_id),
            "events": {event.event_type: parse_json_object(event.payload)},
            "txn": event.txn or None,
        }
        return parse_publication(tenant, body, fresh())
    except InvalidRequestError as error:
        raise InvalidPublicationError(f"events[{number}]: {error.description}") from None
