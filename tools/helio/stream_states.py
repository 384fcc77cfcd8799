"""The streams of a cluster, put together from what three services know of them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from helio.api import Api

TRANSMITTER: Final = "set-transmitter"
RECEIVER: Final = "set-receiver"
REGISTRAR: Final = "ssf-registrar"
_METHODS: Final = {
    "urn:ietf:rfc:8935": ("transmit", "push"),
    "urn:ietf:rfc:8936": ("transmit", "poll"),
    "urn:ietf:rfc:8935:receive": ("receive", "push"),
    "urn:ietf:rfc:8936:receive": ("receive", "poll"),
}


@dataclass(frozen=True, slots=True)
class StreamState:
    """One stream, and how it fares; times are microseconds since 1970, 0 for none or not known."""

    stream_id: str
    direction: str
    """transmit or receive."""
    method: str
    """push or poll."""
    status: str
    """Empty while the service that sends or receives does not know the stream yet."""
    reason: str
    """Why it has that status."""
    lag_events: int
    """Transmit: not acknowledged and not set aside. Receive: received, and not acted on."""
    lag_seconds: float
    """Transmit: the age of the oldest of them."""
    last_contact: int
    """Transmit: when its receiver last polled, or accepted a push."""
    last_error: str
    dead_letters: int
    transmitter_status: str
    """Receive: what the transmitter has last told of it; empty for nothing."""
    endpoint_url: str
    description: str

    @property
    def is_transmitted(self) -> bool:
        """Whether this cluster sends."""
        return self.direction == "transmit"

    def members(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return asdict(self)


async def stream_states(api: Api) -> Sequence[StreamState]:
    """Return the streams in the order in which they were made. Raises `ApiError`."""
    configurations = await api.call("GET", api.url(REGISTRAR, "/ssf/streams"))
    sent = await _rows(api, TRANSMITTER, "/admin/v1/streams")
    received = await _rows(api, RECEIVER, "/admin/v1/receive-streams")
    return [_state(each, sent, received) for each in configurations]


async def _rows(api: Api, service: str, path: str) -> Mapping[str, Mapping[str, Any]]:
    listed = await api.call("GET", api.url(service, path))
    return {row["stream_id"]: row for row in listed["streams"]}


def _state(
    configuration: Mapping[str, Any],
    sent: Mapping[str, Mapping[str, Any]],
    received: Mapping[str, Mapping[str, Any]],
) -> StreamState:
    stream_id, delivery = configuration["stream_id"], configuration["delivery"]
    direction, method = _METHODS[delivery["method"]]
    is_sent = direction == "transmit"
    row = (sent if is_sent else received).get(stream_id, {})
    oldest = row.get("oldest_pending", 0)
    told = row.get("transmitter_reason", "")
    return StreamState(
        stream_id=stream_id,
        direction=direction,
        method=method,
        status=row.get("status", ""),
        reason=row.get("status_reason", ""),
        lag_events=row.get("pending", 0),
        lag_seconds=round(max(time.time() - oldest / 1e6, 0.0), 3) if oldest else 0.0,
        last_contact=row.get("last_contact", 0),
        last_error=row.get("last_error", ""),
        dead_letters=row.get("dead_letters" if is_sent else "dead", 0),
        transmitter_status=" ".join(filter(None, (row.get("transmitter_status", ""), told))),
        endpoint_url=delivery["endpoint_url"],
        description=configuration.get("description", ""),
    )
