"""A receiver that is told by notices alone, over a real store, and killed meanwhile."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from support.eventually import eventually
from support.in_process import free_port
from support.received_sets import Issuer, provenance
from support.receiver_peers import FakeStreams, remote_transmitter, serving_changes, serving_streams
from support.receiver_processes import Replica
from support.receiver_service import push_stream
from support.relayed_store import RelayedStore, relayed_store
from support.scim_publisher import SECRET, ScimPublisher, scim_publisher

from secevent.scim_events import CREATE_NOTICE, DELETE, PUT_NOTICE
from servicekit.settings import private_folder
from set_receiver.settings import Settings

SECONDS = 120.0
PEOPLE = 8


@dataclass
class Peers:
    """A publisher whose every change is told of by a notice, and who follows it."""

    receiver: Replica
    store: RelayedStore
    publisher: ScimPublisher
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(1_000))

    async def put(self, person: str, title: str) -> None:
        """Change a person at the publisher, and tell of it."""
        uri = f"/Users/{person}"
        event_type = PUT_NOTICE if uri in self.publisher.resources else CREATE_NOTICE
        clock = next(self.clock)
        self.publisher.resources[uri] = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": person,
            "userName": person,
            "title": title,
            "meta": {"version": f'W/"{clock}"', "resourceType": "User"},
        }
        await self._tell(event_type, {"attributes": ["title"]}, uri, clock)

    async def delete(self, person: str) -> None:
        uri = f"/Users/{person}"
        del self.publisher.resources[uri]
        await self._tell(DELETE, {}, uri, next(self.clock))

    async def restart(self) -> None:
        await self.receiver.kill()
        self.store.answers.set()
        self.publisher.open.set()
        await self.receiver.start()

    async def until_settled(self) -> None:
        async def are_settled() -> bool:
            return "pending" not in await self.receiver.states()

        await eventually(are_settled, seconds=SECONDS)

    async def _tell(self, event_type: str, payload: dict[str, Any], uri: str, clock: int) -> None:
        claims = {"subject": uri, "provenance": provenance(clock)}
        token = self.receiver.issuer.token(event_type, payload, **claims)
        assert await self.receiver.push_token(token) == 202


@pytest.fixture
async def peers(tmp_path: Path) -> AsyncIterator[Peers]:
    data = private_folder(tmp_path / "receiver")
    settings = Settings(data=data, port=free_port() - 3, store="sqlite:")
    streams = FakeStreams()
    async with AsyncExitStack() as opened:
        relay = await opened.enter_async_context(relayed_store(tmp_path / "store", "sqlite:"))
        publisher = await opened.enter_async_context(scim_publisher())
        remote = await opened.enter_async_context(remote_transmitter(Issuer()))
        session = await opened.enter_async_context(aiohttp.ClientSession())
        addressed = {
            "publisher_scim_url": publisher.base_url,
            "publisher_authorization": SECRET,
        }
        streams.put(push_stream(remote, **addressed))
        await opened.enter_async_context(serving_streams(settings, streams))
        await opened.enter_async_context(serving_changes(settings, relay))
        receiver = Replica(settings, session, streams, relay, remote)
        opened.push_async_callback(receiver.stop)
        await receiver.start()
        yield Peers(receiver, relay, publisher)


async def test_who_is_told_by_notices_alone_ends_with_what_the_publisher_has(
    peers: Peers,
) -> None:
    people = [str(uuid4()) for _ in range(PEOPLE)]
    for person in people:
        await peers.put(person, "first")
    await peers.until_settled()

    peers.publisher.open.clear()
    asked = len(peers.publisher.requests)
    for person in people:
        await peers.put(person, "second")
    await eventually(lambda: len(peers.publisher.requests) > asked, seconds=SECONDS)
    await peers.restart()  # between the request and the answer

    peers.store.answers.clear()
    applied = len(peers.store.applied)
    for person in people:
        await peers.put(person, "third")
    await peers.delete(people[0])
    await eventually(lambda: len(peers.store.applied) > applied, seconds=SECONDS)
    await peers.restart()  # between what took effect and the record of it

    await peers.until_settled()
    versions = [await peers.store.version_of(person) for person in people]
    assert [bool(version) for version in versions] == [False] + [True] * (PEOPLE - 1)
    found = [await peers.store.attributes_of(person) for person in people[1:]]
    shown = [peers.publisher.resources[f"/Users/{person}"] for person in people[1:]]
    assert found == [
        {name: value for name, value in resource.items() if name != "meta"} for resource in shown
    ]
    assert "dead" not in await peers.receiver.states()
