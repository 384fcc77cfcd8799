"""The delivery object of a request (SSF 1.0 section 6.1), and ours for receive streams."""

from collections.abc import Mapping
from typing import Final

from ssf_registrar.domain import configuration
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.members import header_value, object_member, text
from ssf_registrar.domain.streams import (
    Delivery,
    Direction,
    Poll,
    Push,
    ReceivePoll,
    ReceivePush,
    direction_of,
)

_METHODS: Final = {
    Direction.TRANSMIT: (configuration.PUSH, configuration.POLL),
    Direction.RECEIVE: (configuration.RECEIVE_PUSH, configuration.RECEIVE_POLL),
}


def parse_delivery(members: Mapping[str, object], *, fresh_header: str) -> Delivery:
    """Return the delivery that a body asks for; without one it is poll (SSF 1.0 section 8.1.1.1).

    `fresh_header` becomes what the transmitter of a new receive push stream must send.
    """
    given = object_member(members, "delivery")
    if given is None:
        return Poll()
    # so that an error names the whole path
    delivery = {f"delivery.{name}": value for name, value in given.items()}
    match text(delivery, "delivery.method"):
        case configuration.PUSH:
            return Push(_endpoint_url(delivery), _authorization_header(delivery))
        case configuration.POLL:
            return Poll()
        case configuration.RECEIVE_PUSH:
            return ReceivePush(fresh_header)
        case configuration.RECEIVE_POLL:
            return ReceivePoll(_endpoint_url(delivery), _authorization_header(delivery))
        case _:
            raise InvalidRequestError(f"delivery.method must be one of {_listed(*_METHODS)}")


def changed_delivery(
    current: Delivery, members: Mapping[str, object], *, fresh_header: str
) -> Delivery:
    """Return the delivery that a change asks for, which keeps the direction and its own secret."""
    delivery = parse_delivery(members, fresh_header=fresh_header)
    direction = direction_of(current)
    if direction_of(delivery) is not direction:
        raise InvalidRequestError(
            f"delivery.method must be one of {_listed(direction)}: a stream keeps its direction"
        )
    match current, delivery:
        case ReceivePush(), ReceivePush():
            return current
        case _:
            return delivery


def _endpoint_url(delivery: Mapping[str, object]) -> str:
    return text(delivery, "delivery.endpoint_url")


def _authorization_header(delivery: Mapping[str, object]) -> str | None:
    return header_value(delivery, "delivery.authorization_header")


def _listed(*directions: Direction) -> str:
    return ", ".join(method for direction in directions for method in _METHODS[direction])
