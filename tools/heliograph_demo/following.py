"""Making one cluster follow another by signed events, and waiting until it has caught up."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from helio.api import Api, ApiError
from secevent.scim_events import ACTIVATE, CREATE_FULL, DEACTIVATE, DELETE, PATCH_FULL, PUT_FULL

Method = Literal["push", "poll"]

_PUSH = "urn:ietf:rfc:8935"
_POLL = "urn:ietf:rfc:8936"
_EVENTS = [CREATE_FULL, PUT_FULL, PATCH_FULL, DELETE, ACTIVATE, DEACTIVATE]
_STREAMS = "/ssf/streams"
_AUDIENCE = "urn:heliograph:demo:b"
_PAUSE_SECONDS = 0.2
# Without any progress for so long, the follower is given up. A SET whose poller died before its ack
# is handed out again after a minute (RFC 8936 section 2.4), so it is longer than that.
_PATIENCE_SECONDS = 150.0


class NotFollowingError(Exception):
    """The follower stopped catching up."""


@dataclass(frozen=True, slots=True)
class Link:
    """A stream from one cluster to another: its ids at both ends."""

    sender: Api
    receiver: Api
    sent_stream: str
    received_stream: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is under way on a link."""

    to_send: int
    to_apply: int
    settled: int
    dead: int
    trouble: str


async def follow(sender: Api, receiver: Api, method: Method) -> Link:
    """Make streams at both ends, so that the receiver follows what changes at the sender."""
    metadata = await sender.call(
        "GET", sender.url("ssf-registrar", "/.well-known/ssf-configuration")
    )
    connect = _connect_by_push if method == "push" else _connect_by_poll
    return await connect(sender, receiver, metadata)


async def begin_snapshot(link: Link) -> None:
    """Bring the receiver up to the present state of the sender. Raises `ApiError`."""
    path = f"/admin/v1/streams/{link.sent_stream}/snapshot"
    await link.sender.call("POST", link.sender.url("set-transmitter", path))


async def _connect_by_push(sender: Api, receiver: Api, metadata: Mapping[str, Any]) -> Link:
    incoming = await _make_stream(receiver, _incoming(metadata, {"method": f"{_PUSH}:receive"}))
    delivery = {**incoming["delivery"], "method": _PUSH}
    outgoing = await _make_stream(sender, _outgoing(delivery))
    return Link(sender, receiver, outgoing["stream_id"], incoming["stream_id"])


async def _connect_by_poll(sender: Api, receiver: Api, metadata: Mapping[str, Any]) -> Link:
    outgoing = await _make_stream(sender, _outgoing({"method": _POLL}))
    delivery = {
        "method": f"{_POLL}:receive",
        "endpoint_url": outgoing["delivery"]["endpoint_url"],
        "authorization_header": f"Bearer {sender.admin_token}",
    }
    incoming = await _make_stream(receiver, _incoming(metadata, delivery))
    return Link(sender, receiver, outgoing["stream_id"], incoming["stream_id"])


def _outgoing(delivery: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"delivery": delivery, "events_requested": _EVENTS, "aud": [_AUDIENCE]}


def _incoming(metadata: Mapping[str, Any], delivery: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "iss": metadata["issuer"],
        "issuerJWKSUrl": metadata["jwks_uri"],
        "delivery": delivery,
        "events_requested": _EVENTS,
        "aud": [_AUDIENCE],
    }


async def _make_stream(api: Api, request: Mapping[str, Any]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = await api.call("POST", api.url("ssf-registrar", _STREAMS), request)
    return made


async def backlog(link: Link) -> Backlog:
    """Return what is under way. Raises `ApiError`."""
    sent = await _row(link.sender, "set-transmitter", "/admin/v1/streams", link.sent_stream)
    received = await _row(
        link.receiver, "set-receiver", "/admin/v1/receive-streams", link.received_stream
    )
    return Backlog(
        to_send=max(sent.get("pending", 0), _to_walk(sent)),
        to_apply=received.get("pending", 0),
        settled=sum(
            received.get(state, 0) for state in ("applied", "without_effect", "ignored", "routed")
        ),
        dead=sent.get("dead_letters", 0) + received.get("dead", 0),
        trouble=sent.get("last_error") or received.get("last_error") or "",
    )


def _to_walk(sent: Mapping[str, Any]) -> int:
    """Return how much of a snapshot is not settled, one at least while it is not finished."""
    snapshot = sent.get("snapshot")
    if snapshot is None or snapshot["is_finished"]:
        return 0
    return max(1, int(snapshot["total"] - snapshot["settled"]))


async def _row(api: Api, service: str, path: str, stream_id: str) -> Mapping[str, Any]:
    listed = await api.call("GET", api.url(service, path))
    return next((row for row in listed["streams"] if row["stream_id"] == stream_id), {})


async def wait_until_caught_up(
    link: Link,
    has_the_last_change: Callable[[], Any],
    *,
    tell: Callable[[Backlog], None],
) -> Backlog:
    """Wait until the last change has arrived and nothing is under way any more.

    The last change must have been made after all others: then no earlier one is still on its way to
    the sender's event log. Raises `NotFollowingError`.
    """
    latest, moved = None, time.monotonic()
    while True:
        try:
            now = await backlog(link)
            tell(now)
            if now.to_send == now.to_apply == 0 and await has_the_last_change():
                return now
        except ApiError as error:
            now = Backlog(-1, -1, -1, -1, str(error))
        if now != latest:
            latest, moved = now, time.monotonic()
        if time.monotonic() - moved > _PATIENCE_SECONDS:
            raise NotFollowingError(
                f"no progress for {_PATIENCE_SECONDS:.0f} s: {latest.to_send} to send,"
                f" {latest.to_apply} to apply. {latest.trouble}"
            )
        await asyncio.sleep(_PAUSE_SECONDS)
