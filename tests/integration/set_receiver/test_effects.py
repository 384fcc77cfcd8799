"""Once in effect: the receiver and the real store as processes, with a kill between the two."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from support.eventually import eventually
from support.in_process import free_port
from support.received_sets import Issuer
from support.receiver_peers import FakeStreams, remote_transmitter, serving_changes, serving_streams
from support.receiver_processes import Replica
from support.receiver_service import push_stream
from support.relayed_store import RelayedStore, relayed_store

from heliograph.ssf.v1 import stream_pb2
from secevent.scim_events import CREATE_FULL, PATCH_FULL
from secevent.token import SecurityEventToken
from servicekit.settings import private_folder
from set_receiver.settings import Settings

SECONDS = 120.0

pytestmark = pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)


@dataclass
class Peers:
    """A running receiver over a real store."""

    receiver: Replica
    store: RelayedStore

    async def deliver(self, token: SecurityEventToken, way: str) -> None:
        """Bring a SET by push or by poll, and wait until it is acknowledged."""
        compact = self.receiver.issuer.sign(token)
        if way == "push":
            assert (await self.receiver.push(compact)).status == 202
            return
        remote = self.receiver.remote
        remote.offer({token.jti: compact})
        await eventually(lambda: token.jti in remote.acked, seconds=SECONDS)

    async def until_settled(self, *expected: tuple[str, str]) -> None:
        """Wait until the receipts have these states and reasons."""

        async def are_settled() -> bool:
            found = await self.receiver.receipts()
            return [(row["state"], row["reason"]) for row in found] == list(expected)

        await eventually(are_settled, seconds=SECONDS)


@pytest.fixture
async def peers(tmp_path: Path, store: str) -> AsyncIterator[Peers]:
    data = private_folder(tmp_path / "receiver")
    settings = Settings(data=data, port=free_port() - 3, store=store)
    streams = FakeStreams()
    async with AsyncExitStack() as opened:
        relay = await opened.enter_async_context(relayed_store(tmp_path / "store", store))
        remote = await opened.enter_async_context(remote_transmitter(Issuer()))
        session = await opened.enter_async_context(aiohttp.ClientSession())
        streams.put(push_stream(remote))
        streams.put(
            push_stream(
                remote,
                stream_id="pollstreamaa",
                delivery_method=stream_pb2.DELIVERY_METHOD_POLL,
                endpoint_url=f"{remote.origin}/poll",
            )
        )
        await opened.enter_async_context(serving_streams(settings, streams))
        await opened.enter_async_context(serving_changes(settings, relay))
        receiver = Replica(settings, session, streams, relay, remote)
        opened.push_async_callback(receiver.stop)
        await receiver.start()
        yield Peers(receiver, relay)


def created(peers: Peers, resource_id: str) -> SecurityEventToken:
    data = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": resource_id,
        "userName": f"user-{resource_id}",
    }
    subject = f"/Users/{resource_id}"
    return peers.receiver.issuer.token(CREATE_FULL, {"data": data}, subject=subject)


def titled(peers: Peers, resource_id: str, title: str) -> SecurityEventToken:
    data = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": title}],
    }
    subject = f"/Users/{resource_id}"
    return peers.receiver.issuer.token(PATCH_FULL, {"data": data}, subject=subject)


@pytest.mark.parametrize("way", ["push", "poll"])
async def test_a_change_whose_record_was_cut_off_by_a_kill_takes_effect_once(
    peers: Peers, way: str
) -> None:
    resource_id = str(uuid4())
    peers.store.answers.clear()
    await peers.deliver(created(peers, resource_id), way)
    await eventually(lambda: peers.store.applied, seconds=SECONDS)
    version = await peers.store.version_of(resource_id)
    await peers.receiver.kill()
    peers.store.answers.set()

    await peers.receiver.start()

    await peers.until_settled(("without_effect", "DUPLICATE"))
    assert version != ""
    assert await peers.store.version_of(resource_id) == version


@pytest.mark.parametrize("way", ["push", "poll"])
async def test_a_copy_with_another_jti_by_another_key_has_no_second_effect(
    peers: Peers, way: str
) -> None:
    resource_id = str(uuid4())
    token = created(peers, resource_id)
    await peers.deliver(token, way)
    await peers.until_settled(("applied", ""))
    version = await peers.store.version_of(resource_id)
    peers.receiver.issuer.rotate()

    await peers.deliver(replace(token, jti="jti-of-a-copy"), way)

    await peers.until_settled(("applied", ""), ("without_effect", "DUPLICATE"))
    assert await peers.store.version_of(resource_id) == version


async def test_what_took_effect_is_left_alone_when_it_is_applied_again(peers: Peers) -> None:
    resource_id = str(uuid4())
    await peers.deliver(created(peers, resource_id), "push")
    await peers.deliver(titled(peers, resource_id, "first"), "push")
    await peers.deliver(titled(peers, resource_id, "last"), "push")
    await peers.until_settled(*[("applied", "")] * 3)
    version = await peers.store.version_of(resource_id)

    answer = await peers.receiver.post_admin("/receipts/reapply", {"state": "applied"})

    assert answer == (200, {"reapplied": 3})
    await peers.until_settled(*[("without_effect", "DUPLICATE")] * 3)
    assert await peers.store.version_of(resource_id) == version
