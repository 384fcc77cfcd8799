"""What other systems were seen to get wrong with events, one fact each, on both stores.

Their log that grows for ever: tests/contract/event_log/test_retention.py and test_mongodb_plans.py;
tokens and keys in clear on disk: tests/integration/test_ssf_registrar_tokens.py and
tests/e2e/test_store_secrets.py. What was no matter of events is in the folders of the resources.
"""

import asyncio
import base64
import json
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import web
from support.eventually import eventually
from support.received_sets import AUDIENCE, ISSUER, Issuer, provenance
from support.receiver_peers import RemoteTransmitter, remote_transmitter
from support.scripted_receiver import Receiver
from support.transmitter_cluster import ALL_FULL, Cluster, running_cluster

from secevent.scim_events import CREATE_FULL, PATCH_FULL, PATCH_NOTICE

SERVICES: Final = ("resource-store", "ssf-registrar", "set-transmitter", "set-receiver")
GATEWAY: Final = "scim-gateway"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
SCIM: Final = {"Content-Type": "application/scim+json"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class World:
    """All five services, whoever receives from them, and whoever transmits to them."""

    cluster: Cluster
    remote: RemoteTransmitter

    async def scim(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        url = f"{self.cluster.origin(GATEWAY)}/scim/v2{path}"
        data = None if body is None else json.dumps(body)
        return await self.cluster.request(method, url, data=data, headers={**SCIM, **headers})

    async def add(self, **attributes: object) -> str:
        user = {"schemas": [USER], "userName": f"user-{uuid4()}"} | attributes
        status, made = await self.scim("POST", "/Users", user)
        assert status == 201, made
        return str(made["id"])

    async def patch(self, user_id: str, path: str, value: object) -> tuple[int, Any]:
        operation = {"op": "replace", "path": path, "value": value}
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        return await self.scim("PATCH", f"/Users/{user_id}", body)

    async def registrar(
        self, method: str, path: str, body: object = None, **options: Any
    ) -> tuple[int, Any]:
        url = f"{self.cluster.origin('ssf-registrar')}{path}"
        return await self.cluster.request(method, url, json=body, **options)

    async def receiving(self, **members: Any) -> dict[str, Any]:
        """Make a stream to which the remote transmitter pushes, unless its members say how."""
        return await self.cluster.stream(
            **{
                "iss": ISSUER,
                "aud": [AUDIENCE],
                "issuerJWKSUrl": f"{self.remote.origin}/jwks.json",
                "delivery": {"method": "urn:ietf:rfc:8935:receive"},
            }
            | members
        )

    async def push(self, stream: Mapping[str, Any], compact: str) -> tuple[int, Any]:
        headers = {
            "Authorization": stream["delivery"]["authorization_header"],
            "Content-Type": "application/secevent+jwt",
        }
        url = stream["delivery"]["endpoint_url"]
        async with self.cluster.http.post(url, data=compact, headers=headers) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if body else None

    async def shows(self, user_id: str, **attributes: object) -> bool:
        status, user = await self.scim("GET", f"/Users/{user_id}")
        return status == 200 and attributes.items() <= user.items()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    cluster_store: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with (
        remote_transmitter(Issuer()) as remote,
        running_cluster(
            tmp_path_factory.mktemp("data"), cluster_store, services=(*SERVICES, GATEWAY)
        ) as cluster,
    ):
        yield World(cluster, remote)


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: World) -> AsyncIterator[World]:
    yield running
    await running.cluster.delete_streams()


def created(user_id: str, **attributes: object) -> dict[str, object]:
    return {"data": {"schemas": [USER], "id": user_id, "userName": user_id} | attributes}


def titled(title: str) -> dict[str, object]:
    operation = {"op": "replace", "path": "title", "value": title}
    return {"data": {"schemas": [PATCH_OP], "Operations": [operation]}}


def titles(receiver: Receiver) -> list[str]:
    """Return the titles that patches told of, in the order in which they were accepted."""
    told = [
        one.claims["events"][PATCH_FULL]["data"]["Operations"]
        for one in receiver.accepted
        if one.event == "patch:full"
    ]
    return [operation["value"] for operations in told for operation in operations]


async def test_what_was_acknowledged_is_kept_and_told_though_all_are_killed(
    world: World, receiver: Receiver
) -> None:
    await world.cluster.fresh_stream(receiver.delivery())
    ids = [await world.add() for _ in range(10)]

    killed = ("resource-store", "set-transmitter")
    await asyncio.gather(*(world.cluster.end(each, signal.SIGKILL) for each in killed))
    await asyncio.gather(*map(world.cluster.start, killed))

    told = await receiver.has_accepted(10)
    assert sorted(one.subject for one in told) == sorted(f"/Users/{user_id}" for user_id in ids)
    assert all([await world.shows(user_id) for user_id in ids])


async def test_what_failed_is_no_event(world: World, receiver: Receiver) -> None:
    await world.cluster.fresh_stream(receiver.delivery())
    user_id = await world.add(userName=f"taken-{uuid4()}")
    _, user = await world.scim("GET", f"/Users/{user_id}")

    refused = [
        await world.scim("POST", "/Users", {"schemas": [USER], "active": "perhaps"}),
        await world.scim("PUT", "/Users/nobody", {"schemas": [USER], "userName": "x"}),
        await world.scim("DELETE", f"/Users/{user_id}", **{"If-Match": 'W/"another"'}),
        await world.scim("POST", "/Users", {"schemas": [USER], "userName": user["userName"]}),
    ]

    assert [status for status, _ in refused] == [400, 404, 412, 409]
    await world.patch(user_id, "title", "witness")
    told = await receiver.has_accepted(2)
    assert [one.event for one in told] == ["create:full", "patch:full"]


async def test_what_a_client_asks_back_leaves_the_event_whole_and_passwords_stay_here(
    world: World, receiver: Receiver
) -> None:
    await world.cluster.fresh_stream(receiver.delivery())
    secret = f"conspicuous-{uuid4()}"
    user = {"schemas": [USER], "userName": f"u-{uuid4()}", "title": "Dr", "password": secret}

    status, shown = await world.scim("POST", "/Users?attributes=userName", user)
    await world.patch(shown["id"], "password", f"{secret}-2")
    await world.patch(shown["id"], "title", "witness")

    assert (status, "title" in shown) == (201, False)
    await eventually(lambda: titles(receiver) == ["witness"])
    (made,) = [one for one in receiver.accepted if one.event == "create:full"]
    assert made.claims["events"][CREATE_FULL]["data"]["title"] == "Dr"
    assert not any(secret in json.dumps(one.claims) for one in receiver.accepted)


async def test_a_hundred_patches_of_one_person_arrive_in_their_order(
    world: World, receiver: Receiver
) -> None:
    await world.cluster.fresh_stream(receiver.delivery())
    user_id = await world.add()
    expected = [str(number) for number in range(100)]

    for title in expected:
        assert (await world.patch(user_id, "title", title))[0] == 200

    await receiver.has_accepted(101)
    assert titles(receiver) == expected


async def test_ten_sets_of_one_poll_leave_what_the_last_says(world: World) -> None:
    user_id = str(uuid4())
    issuer, subject = world.remote.issuer, f"/Users/{user_id}"
    payloads = [created(user_id), *(titled(f"v{number}") for number in range(1, 10))]
    uris = [CREATE_FULL, *(PATCH_FULL for _ in range(9))]
    tokens = [
        issuer.token(uri, payload, subject=subject)
        for uri, payload in zip(uris, payloads, strict=True)
    ]
    world.remote.offer({token.jti: issuer.sign(token) for token in tokens})

    await world.receiving(
        delivery={
            "method": "urn:ietf:rfc:8936:receive",
            "endpoint_url": f"{world.remote.origin}/poll",
        }
    )

    await eventually(lambda: {token.jti for token in tokens} <= world.remote.acked)
    await eventually(lambda: world.shows(user_id, title="v9"))


async def test_neither_a_set_without_txn_nor_a_notice_blocks_a_stream(world: World) -> None:
    stream, user_id = await world.receiving(), str(uuid4())
    issuer, subject = world.remote.issuer, f"/Users/{user_id}"
    made = replace(issuer.token(CREATE_FULL, created(user_id), subject=subject), txn=None)
    notice = issuer.token(PATCH_NOTICE, {"attributes": ["title"]}, subject=subject)
    last = issuer.token(PATCH_FULL, titled("last"), subject=subject)

    answers = [await world.push(stream, issuer.sign(each)) for each in (made, notice, last)]

    assert [status for status, _ in answers] == [202, 202, 202]
    await eventually(lambda: world.shows(user_id, title="last"))


@pytest.mark.parametrize(
    ("claims", "err"),
    [
        ({"iss": "https://another.example"}, "invalid_issuer"),
        ({"aud": ("https://another.example",)}, "invalid_audience"),
    ],
)
async def test_what_is_not_of_or_for_a_stream_is_refused_and_not_applied(
    claims: dict[str, Any], err: str, world: World
) -> None:
    stream, user_id = await world.receiving(), str(uuid4())
    issuer = world.remote.issuer
    foreign = issuer.token(CREATE_FULL, created(user_id), subject=f"/Users/{user_id}")

    status, answer = await world.push(stream, issuer.sign(replace(foreign, **claims)))

    assert (status, answer["err"]) == (400, err)
    assert (await world.scim("GET", f"/Users/{user_id}"))[0] == 404


async def test_of_two_changes_in_conflict_the_later_wins_in_whatever_order_they_come(
    world: World,
) -> None:
    stream, user_id = await world.receiving(), str(uuid4())
    issuer = world.remote.issuer

    def told(uri: str, payload: Mapping[str, object], clock: int) -> str:
        token = issuer.token(uri, payload, subject=f"/Users/{user_id}")
        return issuer.sign(replace(token, provenance=provenance(clock)))

    await world.push(stream, told(CREATE_FULL, created(user_id), 1_000))
    await world.push(stream, told(PATCH_FULL, titled("later"), 3_000))
    await world.push(stream, told(PATCH_FULL, titled("earlier"), 2_000))

    await eventually(lambda: has_settled(world, stream, 3))
    assert await world.shows(user_id, title="later")


async def has_settled(world: World, stream: Mapping[str, Any], count: int) -> bool:
    """Tell whether so many SETs of a stream came and none of them waits."""
    origin = world.cluster.origin("set-receiver")
    url = f"{origin}/admin/v1/receipts?stream_id={stream['stream_id']}"
    _, listed = await world.cluster.request("GET", url)
    states = [receipt["state"] for receipt in listed["receipts"]]
    return len(states) == count and "pending" not in states


async def test_an_error_of_the_receiver_stops_no_push_stream(
    world: World, receiver: Receiver
) -> None:
    stream = await world.cluster.fresh_stream(receiver.delivery())
    receiver.script.append(web.Response(status=500))

    await world.add()
    await world.add()

    await receiver.has_accepted(2)
    await eventually(lambda: world.cluster.state_is(stream["stream_id"], pending=0))


async def test_a_pause_stops_a_push_that_goes_on_and_enabling_goes_on(
    world: World, receiver: Receiver
) -> None:
    stream_id = (await world.cluster.fresh_stream(receiver.delivery()))["stream_id"]
    receiver.failing.add(f"/Users/{await world.add()}")
    await receiver.has_answered(2)

    await world.cluster.set_status(stream_id, "paused")
    await eventually(lambda: world.cluster.state_is(stream_id, status="paused", pending=1))
    await eventually(lambda: receiver.held == [])
    receiver.failing.clear()
    await world.add()
    await eventually(lambda: world.cluster.state_is(stream_id, pending=2))
    assert receiver.accepted == []

    await world.cluster.set_status(stream_id, "enabled")
    await receiver.has_accepted(2)


async def test_a_refused_set_becomes_a_dead_letter_and_the_stream_stays_enabled(
    world: World, receiver: Receiver
) -> None:
    stream_id = (await world.cluster.fresh_stream(receiver.delivery()))["stream_id"]
    receiver.script.append(web.json_response({"err": "invalid_request"}, status=400))

    await world.add()
    await receiver.has_answered(1)
    await world.add()

    await receiver.has_accepted(1)
    expected = {"status": "enabled", "dead_letters": 1, "acknowledged": 1, "pending": 0}
    await eventually(lambda: world.cluster.state_is(stream_id, **expected))
    (letter,) = await world.cluster.dead_letters(stream_id)
    assert letter["err"] == "invalid_request"


async def test_a_reset_redelivers_and_loses_nothing_that_waits(world: World) -> None:
    stream = await world.cluster.fresh_stream()
    stream_id = stream["stream_id"]
    for _ in range(3):
        await world.add()
    await eventually(lambda: world.cluster.state_is(stream_id, pending=3))
    sets = (await world.cluster.poll(stream, maxEvents=2))["sets"]
    first = next(iter(sets))
    await world.cluster.poll(stream, ack=list(sets), maxEvents=0)

    await world.registrar("PATCH", "/ssf/streams", {"stream_id": stream_id, "resetJti": first})

    await eventually(lambda: world.cluster.state_is(stream_id, pending=3))
    again = (await world.cluster.poll(stream))["sets"]
    assert (len(again), sets.keys() <= again.keys()) == (3, True)


async def test_a_poll_for_no_events_gets_none_and_an_error_report_is_kept(world: World) -> None:
    stream = await world.cluster.fresh_stream()
    await world.add()
    await eventually(lambda: world.cluster.state_is(stream["stream_id"], pending=1))

    none = await world.cluster.poll(stream, maxEvents=0)
    (jti,) = (await world.cluster.poll(stream))["sets"]
    error = {"err": "invalid_request", "description": "what is that?"}
    await world.cluster.poll(stream, setErrs={jti: error})

    assert (none["sets"], none.get("moreAvailable")) == ({}, True)
    (letter,) = await world.cluster.dead_letters(stream["stream_id"])
    assert (letter["id"], letter["err"]) == (jti, "invalid_request")


async def test_a_tenant_neither_sees_nor_hears_another(world: World) -> None:
    stream = await world.cluster.fresh_stream()
    tenant = f"t{uuid4().hex[:12]}"
    admin = "/admin/v1/tenants"
    assert (await world.registrar("POST", admin, {"tenant": tenant}))[0] == 201
    wanted = {"name": "n", "scopes": ["admin", "ssf.manage"]}
    _, token = await world.registrar("POST", f"{admin}/{tenant}/tokens", wanted)
    theirs = f"/t/{tenant}/ssf/streams"
    status, other = await world.registrar(
        "POST", theirs, {"events_requested": ALL_FULL}, token=token["token"]
    )
    assert status == 201, other

    query = f"?stream_id={stream['stream_id']}"
    refused = [
        await world.registrar(method, f"{theirs}{query}", token=token["token"])
        for method in ("GET", "DELETE")
    ]
    await world.add()
    await eventually(lambda: world.cluster.state_is(stream["stream_id"], pending=1))

    assert [status for status, _ in refused] == [404, 404]
    url = other["delivery"]["endpoint_url"]
    polled = await world.cluster.request(
        "POST", url, json={"returnImmediately": True}, token=token["token"]
    )
    assert polled == (200, {"sets": {}})


async def test_while_its_issuers_keys_cannot_be_had_no_set_passes(world: World) -> None:
    issuer = Issuer()
    gone = f"{world.remote.origin}/nowhere.json"
    stream, user_id = await world.receiving(issuerJWKSUrl=gone), str(uuid4())
    token = issuer.token(CREATE_FULL, created(user_id), subject=f"/Users/{user_id}")

    answers = [
        await world.push(stream, issuer.sign(token)),
        await world.push(stream, issuer.forge(token)),
        await world.push(stream, unsigned(issuer.sign(token))),
    ]

    assert not any(status == 202 for status, _ in answers)
    assert (await world.scim("GET", f"/Users/{user_id}"))[0] == 404


def unsigned(compact: str) -> str:
    """Return a SET without a signature, which says so (RFC 7518 section 3.6)."""
    header = json.dumps({"alg": "none", "typ": "secevent+jwt"}).encode()
    encoded = base64.urlsafe_b64encode(header).decode().rstrip("=")
    return f"{encoded}.{compact.split('.')[1]}."


async def test_a_jti_is_no_path(world: World) -> None:
    stream, user_id = await world.receiving(), str(uuid4())
    issuer = world.remote.issuer
    known = files(world.cluster.data)
    token = issuer.token(CREATE_FULL, created(user_id), subject=f"/Users/{user_id}")
    climbing = replace(token, jti=f"../../../{user_id}")

    assert (await world.push(stream, issuer.sign(climbing)))[0] == 202

    await eventually(lambda: world.shows(user_id))
    assert not [path for path in files(world.cluster.data) - known if user_id in path.name]
    assert not list(world.cluster.data.parents[1].glob(f"*{user_id}*"))


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


async def test_a_peer_that_answers_404_is_asked_ever_more_rarely(world: World) -> None:
    polls = world.remote.polls
    world.remote.poll_status, before = 404, len(polls)
    await world.receiving(
        delivery={
            "method": "urn:ietf:rfc:8936:receive",
            "endpoint_url": f"{world.remote.origin}/poll",
        }
    )
    await eventually(lambda: len(polls) > before)

    # another stream's work goes on meanwhile, and gives a loop the time for thousands
    for _ in range(50):
        await world.add()

    assert len(polls) - before < 10
    world.remote.poll_status = 200


async def test_pushes_of_several_people_are_under_way_at_once(
    world: World, receiver: Receiver
) -> None:
    await world.cluster.fresh_stream(receiver.delivery())
    receiver.door.clear()

    for _ in range(8):
        await world.add()

    await eventually(lambda: len(receiver.held) >= 8)
    receiver.door.set()
    await receiver.has_accepted(8)


async def test_the_management_api_answers_as_ssf_has_it(world: World) -> None:
    stream_id = (await world.cluster.fresh_stream())["stream_id"]
    body = {"stream_id": stream_id, "description": "mine", "events_requested": [CREATE_FULL]}

    without_id = await world.registrar("GET", "/ssf/status")
    patched = await world.registrar("PATCH", "/ssf/streams", body)
    put = await world.registrar(
        "PUT", "/ssf/streams", {"stream_id": stream_id, "events_requested": ALL_FULL}
    )
    await world.add()
    await eventually(lambda: world.cluster.state_is(stream_id, pending=1))
    deleted = await world.registrar("DELETE", f"/ssf/streams?stream_id={stream_id}")

    assert without_id[0] == 400
    assert (patched[0], patched[1]["description"]) == (200, "mine")
    assert patched[1]["events_delivered"] == [CREATE_FULL]
    assert (put[0], "description" in put[1]) == (200, False)
    assert deleted == (204, None)


async def test_a_token_outlives_a_restart(world: World) -> None:
    name = f"n{uuid4().hex[:12]}"
    wanted = {"name": name, "scopes": ["ssf.read"]}
    status, made = await world.registrar("POST", "/admin/v1/tenants/default/tokens", wanted)
    assert status == 201, made

    await world.cluster.end("ssf-registrar", signal.SIGKILL)
    await world.cluster.start("ssf-registrar")

    status, _ = await world.registrar("GET", "/ssf/streams", token=made["token"])
    assert status == 200
