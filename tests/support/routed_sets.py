"""SETs that were received, as set-transmitter is given them to send on."""

from dataclasses import replace
from typing import Any

from support.transmitter_events import NOW

from secevent.scim_events import PATCH_FULL
from set_transmitter.domain.received_sets import ReceivedSet, RouteMode

ORIGIN = "https://origin.example"
PATCH = {"data": {"Operations": [{"op": "replace", "path": "title", "value": "x"}]}}
_RECEIVED = ReceivedSet(
    tenant="default",
    mode=RouteMode.PUBLISH,
    iss=ORIGIN,
    jti="jti-1",
    aud=("https://hub.example",),
    txn="txn-1",
    sub_id={"format": "scim", "uri": "/Users/ann", "externalId": "e-1"},
    events=((PATCH_FULL, PATCH),),
    origin_clock=NOW,
    origin_cluster="origin",
    lineage=("origin", "hub"),
    version_before="",
    traceparent="",
    jwt="",
)


def a_received_set(**changes: Any) -> ReceivedSet:
    """Return a patch of Ann's title, but for the changes."""
    return replace(_RECEIVED, **changes)


def forwarded(**changes: Any) -> ReceivedSet:
    """Return the same, to go on as it came."""
    return a_received_set(mode=RouteMode.FORWARD, jwt="head.body.mark", **changes)
