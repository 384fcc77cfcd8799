"""Which received SETs go on to the tenant's transmit streams."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from secevent.scim_events import parse_provisioning_event
from secevent.token import SecurityEventToken
from set_receiver.domain.changes import told_in_order
from set_receiver.domain.handling import RouteMode
from set_receiver.domain.receipts import Arrival

NOT_ROUTED_REASON: Final = (
    "NOT_ROUTED: it has been through this cluster before, or it concerns the stream alone"
)
# They tell of the stream that they come by (SSF 1.0 section 8.1.4).
_OF_THE_STREAM: Final = "https://schemas.openid.net/secevent/ssf/event-type/"


@dataclass(frozen=True, slots=True)
class SetToRoute:
    """A verified SET that goes on; `lineage` ends with this cluster, the stamp is its origin's."""

    arrival: Arrival
    mode: RouteMode
    token: SecurityEventToken
    events: tuple[tuple[str, Mapping[str, object]], ...]
    """In the order in which they are to be told."""
    origin_clock: int
    origin_cluster: str
    lineage: tuple[str, ...]
    version_before: str


def is_of_the_stream(token: SecurityEventToken) -> bool:
    """Tell whether a SET concerns nobody but its stream's ends."""
    return all(uri.startswith(_OF_THE_STREAM) for uri in token.events)


def has_been_here(token: SecurityEventToken, *, cluster: str) -> bool:
    """Tell whether a SET has been through this cluster: so every circle of clusters ends."""
    return token.provenance is not None and cluster in token.provenance.lineage


def set_to_route(
    token: SecurityEventToken, arrival: Arrival, *, mode: RouteMode, cluster: str
) -> SetToRoute | None:
    """Return a SET as it goes on from this cluster; None for one that must not.

    Where it does not say when and where it came to be, that is here, when it was received.
    """
    if is_of_the_stream(token) or has_been_here(token, cluster=cluster):
        return None
    provenance = token.provenance
    return SetToRoute(
        arrival=arrival,
        mode=mode,
        token=token,
        events=_in_order(token),
        origin_clock=provenance.clock if provenance else arrival.received,
        origin_cluster=provenance.cluster if provenance else cluster,
        lineage=(*(provenance.lineage if provenance else ()), cluster),
        version_before=provenance.version_before if provenance else "",
    )


def _in_order(token: SecurityEventToken) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Return provisioning events as they are applied, and then all others."""
    parsed = {uri: parse_provisioning_event(uri, told) for uri, told in token.events.items()}
    provisioning = {uri: event for uri, event in parsed.items() if event is not None}
    ordered = sorted(provisioning, key=lambda uri: told_in_order(provisioning[uri]))
    others = (uri for uri in token.events if uri not in provisioning)
    return tuple((uri, token.events[uri]) for uri in (*ordered, *others))
