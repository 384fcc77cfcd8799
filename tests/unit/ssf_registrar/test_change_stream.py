"""Changing a stream while others change it too."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from scim.registry import standard_registry
from ssf_registrar.commands.change_stream import ChangeStream
from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.commands.set_feed import SetFeed
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.endpoints import Address, EndpointPolicy
from ssf_registrar.domain.errors import (
    InvalidRequestError,
    StreamChangedError,
    StreamNotFoundError,
)
from ssf_registrar.domain.streams import Caller, Direction, Push, Stream
from ssf_registrar.ports.streams import StaleStreamError, StreamSnapshot

BOB = Caller("default", "bob", frozenset({"ssf.manage"}))
STREAM = Stream(
    tenant="default",
    stream_id="s1",
    owner="bob",
    iss="https://a.example",
    aud=("https://b.example",),
    events_requested=(),
    delivery=Push("https://moved.example/events", None),
    description=None,
    signing_algorithm="RS256",
    jwks_uri=None,
    created=1,
)


class OneStream:
    """Holds one stream, which others change `rivals` times just before a save."""

    def __init__(self, stream: Stream, *, rivals: int = 0) -> None:
        self.stream = stream
        self._rivals = rivals

    async def add(self, stream: Stream) -> None:
        self.stream = stream

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        found = (self.stream.tenant, self.stream.stream_id) == (tenant, stream_id)
        return self.stream if found else None

    async def of_tenant(self, tenant: str) -> tuple[Stream, ...]:
        return (self.stream,) if self.stream.tenant == tenant else ()

    async def save(self, stream: Stream) -> None:
        if self._rivals:
            self._rivals -= 1
            revision = self.stream.revision + 1
            self.stream = replace(self.stream, events_requested=("urn:rival",), revision=revision)
        if self.stream.revision != stream.revision - 1:
            raise StaleStreamError
        self.stream = stream

    async def remove(self, tenant: str, stream_id: str) -> bool:
        raise AssertionError(tenant, stream_id)

    async def snapshot(self, direction: Direction) -> StreamSnapshot:
        raise AssertionError(direction)


class FakeHosts:
    def __init__(self, **addresses: str) -> None:
        self._addresses = addresses

    async def addresses(self, host: str) -> tuple[Address, ...]:
        name = host.partition(".")[0]
        return (ip_address(self._addresses[name]),) if name in self._addresses else ()


def changing(streams: OneStream) -> ChangeStream:
    policy = EndpointPolicy(allow_private=False, allow_loopback=False)
    hosts = FakeHosts(public="93.184.215.14", inside="10.0.0.1")
    origins = Origins("https://a.example", "https://t.example", "https://r.example")
    return ChangeStream(
        streams,
        CheckOutbound(hosts, policy),
        origins,
        lambda: "fresh",
        SetFeed(standard_registry().resource_types),
    )


def body(**members: Any) -> dict[str, Any]:
    return {"stream_id": "s1", **members}


async def test_a_change_that_others_overtake_is_made_again_on_top_of_theirs() -> None:
    streams = OneStream(STREAM, rivals=2)

    changed = await changing(streams).patch(BOB, body(description="mine"))

    assert changed == replace(
        STREAM, description="mine", events_requested=("urn:rival",), revision=4
    )
    assert streams.stream == changed


async def test_a_change_that_others_keep_overtaking_is_given_up() -> None:
    streams = OneStream(STREAM, rivals=100)

    with pytest.raises(StreamChangedError, match="send this again"):
        await changing(streams).patch(BOB, body(description="mine"))


async def test_a_stream_of_someone_else_is_as_if_it_did_not_exist() -> None:
    streams = OneStream(replace(STREAM, owner="eve"))

    with pytest.raises(StreamNotFoundError, match="no stream 's1' of yours"):
        await changing(streams).set_status(BOB, body(status="paused"))


@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("inside.example", "private"),
        ("10.0.0.1", "private"),
        ("gone.example", "does not resolve"),
    ],
)
async def test_a_new_endpoint_must_lead_to_the_public(host: str, what: str) -> None:
    streams = OneStream(STREAM)
    delivery = {"method": "urn:ietf:rfc:8935", "endpoint_url": f"https://{host}/events"}

    with pytest.raises(InvalidRequestError, match=what):
        await changing(streams).patch(BOB, body(delivery=delivery))

    assert streams.stream == STREAM


async def test_a_new_endpoint_in_public_is_stored() -> None:
    streams = OneStream(STREAM)
    delivery = {"method": "urn:ietf:rfc:8935", "endpoint_url": "https://public.example/events"}

    changed = await changing(streams).patch(BOB, body(delivery=delivery))

    assert changed.delivery == Push("https://public.example/events", None)


async def test_an_endpoint_that_stays_is_not_looked_up_again() -> None:
    streams = OneStream(STREAM)

    changed = await changing(streams).patch(BOB, body(description="moved.example is down"))

    assert streams.stream == changed


async def test_a_change_without_stream_id_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="stream_id is missing"):
        await changing(OneStream(STREAM)).replace(BOB, {})
