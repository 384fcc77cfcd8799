"""A hub: what it receives goes on, as it came or in its own name, whatever is killed meanwhile."""

import asyncio
import base64
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import pytest
import pytest_asyncio
from support.eventually import eventually
from support.received_sets import AUDIENCE, ISSUER, Issuer
from support.receiver_peers import RemoteTransmitter, remote_transmitter
from support.transmitter_cluster import Cluster, running_cluster

from secevent.scim_events import CREATE_FULL, DEACTIVATE, PATCH_FULL
from secevent.token import SecurityEventToken, parse_claims

SERVICES = ("resource-store", "ssf-registrar", "set-transmitter", "set-receiver")
DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
SECONDS = 120.0
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
pytestmark = pytest.mark.asyncio(loop_scope="module")


def token_of(compact: str) -> SecurityEventToken:
    payload = compact.split(".")[1]
    return parse_claims(orjson.loads(base64.urlsafe_b64decode(payload + "==")))


@dataclass
class Poller:
    """Whoever receives from the hub: takes what there is and acknowledges it."""

    hub: Cluster
    stream: Mapping[str, Any]
    taken: dict[str, str] = field(default_factory=dict)
    """Compact tokens by jti, in the order in which they were handed out."""

    async def has(self, count: int) -> bool:
        answer = await self.hub.poll(self.stream, ack=list(self.taken)[-256:])
        self.taken |= answer["sets"]
        return len(self.taken) >= count

    async def until(self, count: int) -> list[SecurityEventToken]:
        await eventually(lambda: self.has(count), seconds=SECONDS)
        await self.has(count)
        return [token_of(each) for each in self.taken.values()]


@dataclass
class Hub:
    """The cluster between, and the transmitter that pushes to it."""

    cluster: Cluster
    remote: RemoteTransmitter

    @property
    def issuer(self) -> Issuer:
        return self.remote.issuer

    async def receives(self, **members: Any) -> dict[str, Any]:
        return await self.cluster.stream(
            iss=ISSUER,
            aud=[AUDIENCE],
            issuerJWKSUrl=f"{self.remote.origin}/jwks.json",
            delivery={"method": "urn:ietf:rfc:8935:receive"},
            **members,
        )

    async def push(self, stream: Mapping[str, Any], compact: str) -> None:
        """Push as a transmitter does: again and again until it is accepted."""
        delivery = stream["delivery"]
        headers = {
            "Authorization": delivery["authorization_header"],
            "Content-Type": "application/secevent+jwt",
        }

        async def is_accepted() -> bool:
            try:
                async with self.cluster.http.post(
                    delivery["endpoint_url"], data=compact, headers=headers
                ) as response:
                    return response.status == 202
            except aiohttp.ClientError:
                return False

        await eventually(is_accepted, seconds=SECONDS)

    async def receipts(self, stream: Mapping[str, Any]) -> list[dict[str, Any]]:
        url = f"{self.cluster.origin('set-receiver')}/admin/v1/receipts?limit=1000"
        _, listed = await self.cluster.request("GET", f"{url}&stream_id={stream['stream_id']}")
        found: list[dict[str, Any]] = listed["receipts"]
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with (
        remote_transmitter(Issuer()) as remote,
        running_cluster(tmp_path_factory.mktemp("hub"), services=SERVICES) as cluster,
    ):
        yield Hub(cluster, remote)


def life_of(issuer: Issuer, resource_id: str) -> list[SecurityEventToken]:
    subject = f"/Users/{resource_id}"
    created = {"schemas": [USER], "id": resource_id, "userName": f"user-{resource_id}"}
    titles = [{"op": "replace", "path": "title", "value": title} for title in ("first", "last")]
    return [
        issuer.token(CREATE_FULL, {"data": created}, subject=subject),
        *(
            issuer.token(
                PATCH_FULL,
                {"data": {"schemas": [PATCH_OP], "Operations": [title]}},
                subject=subject,
            )
            for title in titles
        ),
    ]


def by_subject(tokens: list[SecurityEventToken]) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = defaultdict(list)
    for token in tokens:
        found[str(token.sub_id["uri"])].append(token.txn)
    return found


async def test_a_hub_sends_on_everything_once_and_in_order_though_it_is_killed(hub: Hub) -> None:
    """The same SETs come by two streams: one forwards, the other applies and publishes."""
    forward = await hub.receives(route_mode="FW")
    both = await hub.receives(disposition="both")
    forwarded = Poller(
        hub.cluster, await hub.cluster.stream(route_mode="FW", iss=ISSUER, aud=[AUDIENCE])
    )
    published = Poller(hub.cluster, await hub.cluster.stream())
    ids = [str(uuid4()) for _ in range(6)]
    sent = [token for each in ids for token in life_of(hub.issuer, each)]
    compacts = {token.jti: hub.issuer.sign(token) for token in sent}

    for number, token in enumerate(sent):
        compact = compacts[token.jti]
        await asyncio.gather(hub.push(forward, compact), hub.push(both, compact))
        if number in {5, 11}:
            killed = "set-receiver" if number == 5 else "set-transmitter"
            await hub.cluster.end(killed, signal.SIGKILL)
            await hub.cluster.start(killed)

    passed_on = await forwarded.until(len(sent))
    told = await published.until(len(sent))
    assert forwarded.taken == compacts
    assert by_subject(passed_on) == by_subject(told) == by_subject(sent)
    assert {token.iss for token in told} == {published.stream["iss"]}
    lineages = {token.provenance.lineage for token in told if token.provenance}
    assert [len(lineage) for lineage in lineages] == [1]
    receipts = [*await hub.receipts(forward), *await hub.receipts(both)]
    assert {(row["state"], row["routed"]) for row in receipts} <= {
        ("routed", "FW"),
        ("applied", "PB"),
        ("without_effect", "PB"),
    }
    assert len(receipts) == 2 * len(sent)

    await hub.cluster.add_user("made-at-the-hub")

    (*_, own) = await published.until(len(sent) + 1)
    assert own.events.keys() == {CREATE_FULL}
    assert len(published.taken) == len(sent) + 1
    assert len(await forwarded.until(len(sent))) == len(sent)


async def test_the_log_shows_what_a_token_says_that_is_forwarded(hub: Hub) -> None:
    stream = await hub.receives(route_mode="FW")
    (sent, *_) = life_of(hub.issuer, str(uuid4()))
    await hub.push(stream, hub.issuer.sign(sent))
    url = f"{hub.cluster.origin('set-transmitter')}/admin/v1/events"

    async def logged() -> Any:
        _, page = await hub.cluster.request("GET", f"{url}?order=newest&limit=1")
        (event,) = page["events"]
        return event if event["txn"] == sent.txn else None

    event = await eventually(logged)
    _, shown = await hub.cluster.request("GET", f"{url}/{event['position']}")

    assert (shown["kind"], shown["event_type"]) == ("forwarded", CREATE_FULL)
    assert (shown["data"]["jti"], shown["data"]["iss"]) == (sent.jti, ISSUER)


async def test_an_account_that_is_disabled_elsewhere_is_deactivated_here_once(hub: Hub) -> None:
    stream = await hub.receives(reactions={DISABLED: "deactivate"})
    told = Poller(hub.cluster, await hub.cluster.fresh_stream())
    user_id = await hub.cluster.add_user("ann", emails=[{"value": "ann@example.com"}])
    token = hub.issuer.token(DISABLED, {"reason": "hijacking"}, subject="/")
    signals = [
        hub.issuer.sign(
            SecurityEventToken(
                iss=token.iss,
                iat=token.iat,
                jti=f"signal-{number}",
                aud=token.aud,
                sub_id={"format": "email", "email": "ANN@example.com"},
                events=token.events,
                txn="txn-of-the-signal",
                provenance=None,
            )
        )
        for number in range(2)
    ]

    for signal_set in signals:
        await hub.push(stream, signal_set)

    tokens = await told.until(3)
    (deactivated,) = [each for each in tokens if DEACTIVATE in each.events]
    assert deactivated.sub_id == {"format": "scim", "uri": f"/Users/{user_id}"}
    assert deactivated.txn == f"txn-of-the-signal:deactivate:{user_id}"

    async def are_settled() -> bool:
        states = [row["state"] for row in await hub.receipts(stream)]
        return states == ["applied", "without_effect"]

    await eventually(are_settled, seconds=SECONDS)
    assert len(await told.until(3)) == 3
