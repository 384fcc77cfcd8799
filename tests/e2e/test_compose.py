"""The cluster in containers, seen from outside: through the edge, under one origin."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from support.containers import Containers, running_containers
from support.eventually import eventually

from heliograph_compose.engine import ensure_engine
from heliograph_compose.failures import EngineUnavailableError
from heliograph_compose.images import base_image, mongo_image
from heliograph_compose.settings import ComposeSettings
from secevent.scim_events import CREATE_FULL
from secevent.verification import ExpectedToken, KeySet, verify
from servicekit.faces import FACES

# Images are built on the first run.
pytestmark = pytest.mark.timeout(1500)


ASK_FOR_THE_SIGNING_KEY = """
import asyncio
from heliograph.ssf.v1.key_service_pb2 import GetSigningKeyRequest
from heliograph.ssf.v1.key_service_pb2_grpc import KeyServiceStub
from servicekit.channels import call, open_channel
from servicekit.failures import RemoteError
from servicekit.settings import ServiceSettings

async def ask(service):
    async with open_channel(ServiceSettings().peer("ssf-registrar", service)) as channel:
        request = GetSigningKeyRequest(tenant="default", algorithm="RS256")
        try:
            await call(KeyServiceStub(channel).GetSigningKey, request, deadline=30)
        except RemoteError as error:
            return error.reason
        return "answered"

print(asyncio.run(ask("SERVICE")))
"""


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    try:
        engine = ensure_engine()
        base_image(ComposeSettings())
        mongo_image(ComposeSettings())
    except EngineUnavailableError as error:
        pytest.skip(f"NOT TESTED IN CONTAINERS: {error}")
    try:
        with running_containers(tmp_path_factory.mktemp("compose")) as running:
            yield running
    finally:
        if engine is not None:
            engine.terminate()
            engine.wait()


@pytest.fixture
async def session(containers: Containers) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {containers.admin_token}"}
    async with aiohttp.ClientSession(containers.origin, headers=headers) as session:
        yield session


async def poll(session: aiohttp.ClientSession, endpoint_url: str) -> Mapping[str, str]:
    """Return the SETs of a poll; none while the transmitter is away."""
    request = {"returnImmediately": False, "maxEvents": 1}
    async with session.post(endpoint_url, json=request) as answer:
        if answer.status == 503:
            return {}
        assert answer.status == 200, await answer.text()
        sets: Mapping[str, str] = (await answer.json())["sets"]
        return sets


async def edge_readiness(containers: Containers) -> int:
    """Return the status of the edge's readiness; 0 while there is no edge."""
    async with aiohttp.ClientSession() as anybody:
        try:
            async with anybody.get(f"{containers.origin}/readyz") as answer:
                return answer.status
        except aiohttp.ClientConnectionError:
            return 0


async def edge_is_ready(containers: Containers) -> bool:
    return await edge_readiness(containers) == 200


async def create_stream(session: aiohttp.ClientSession) -> Mapping[str, Any]:
    body = {"delivery": {"method": "urn:ietf:rfc:8936"}, "events_requested": [CREATE_FULL]}
    async with session.post("/ssf/streams", json=body) as answer:
        assert answer.status == 201, await answer.text()
        stream: Mapping[str, Any] = await answer.json()
        return stream


async def create_person(session: aiohttp.ClientSession) -> Mapping[str, Any]:
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
    }
    async with session.post("/scim/v2/Users", json=body) as answer:
        assert answer.status == 201, await answer.text()
        person: Mapping[str, Any] = await answer.json()
        return person


async def test_a_change_comes_out_as_a_signed_set_although_a_service_was_away(
    containers: Containers, session: aiohttp.ClientSession
) -> None:
    stream = await create_stream(session)
    containers.compose("stop", "set-transmitter")
    person = await create_person(session)
    containers.compose("start", "set-transmitter")

    sets = await eventually(lambda: poll(session, stream["delivery"]["endpoint_url"]), seconds=120)

    async with session.get("/jwks.json") as answer:
        keys = KeySet.from_jwks(await answer.json())
    audiences = frozenset([stream["aud"]] if isinstance(stream["aud"], str) else stream["aud"])
    expected = ExpectedToken(iss=containers.origin, audiences=audiences)
    (compact,) = sets.values()
    token = verify(compact, expected=expected, keys=keys, now=int(time.time()))
    assert list(token.events) == [CREATE_FULL]
    assert token.events[CREATE_FULL]["data"]["userName"] == person["userName"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/scim/v2/Users", 401),
        ("/.well-known/ssf-configuration", 200),
        ("/jwks.json", 200),
        ("/ssf/streams", 401),
        ("/ssf/status", 401),
        ("/admin/v1/docs", 404),
        ("/metrics", 404),
        ("/scim/v2x", 404),
    ],
)
async def test_the_faces_alone_are_served_under_the_one_origin(
    containers: Containers, path: str, status: int
) -> None:
    async with aiohttp.ClientSession() as anybody, anybody.get(containers.origin + path) as answer:
        assert answer.status == status


async def test_the_edge_says_when_a_face_is_away_and_when_all_are_ready(
    containers: Containers,
) -> None:
    async def is_away() -> bool:
        return await edge_readiness(containers) == 503

    containers.compose("stop", "set-receiver")
    assert await eventually(is_away, seconds=60)
    containers.compose("start", "set-receiver")
    assert await eventually(lambda: edge_is_ready(containers), seconds=120)


async def test_a_face_is_not_taken_for_ready_before_it_has_said_so(
    containers: Containers,
) -> None:
    """A paused service has an address and takes connections; haproxy thinks well of it at first."""
    faces = [face.service for face in FACES.values() if face.prefixes]
    readiness: set[int] = set()

    async def all_are_found_down() -> bool:
        readiness.add(await edge_readiness(containers))
        said = containers.compose("logs", "--no-log-prefix", "--since", since, "edge")
        return all(f"Server {face}/replica1 is DOWN" in said for face in faces)

    containers.compose("pause", *faces)
    try:
        since = datetime.now(UTC).isoformat()
        containers.compose("restart", "edge")
        assert await eventually(all_are_found_down, seconds=60)
    finally:
        containers.compose("unpause", *faces)

    assert 200 not in readiness
    assert await eventually(lambda: edge_is_ready(containers), seconds=120)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ssf/poll/unknown", 401), ("/poll/unknown", 401), ("/events/unknown", 404)],
)
async def test_posts_of_other_servers_reach_the_service_that_refuses_them(
    containers: Containers, path: str, status: int
) -> None:
    """What the edge itself says is no JSON."""
    async with (
        aiohttp.ClientSession() as anybody,
        anybody.post(containers.origin + path, json={}) as answer,
    ):
        assert (answer.status, answer.content_type) == (status, "application/json")


@pytest.mark.parametrize("service", FACES)
def test_a_service_is_not_root_and_has_no_key_but_its_own(
    containers: Containers, service: str
) -> None:
    user = containers.compose("exec", "-T", service, "id", "-u")
    files = containers.compose("exec", "-T", service, "ls", "/certificates")

    assert user.strip() != "0"
    assert files.split() == sorted(["ca.pem", f"{service}-key.pem", f"{service}.pem"])


@pytest.mark.parametrize(
    ("service", "said"),
    [("set-transmitter", "answered"), ("set-receiver", "CALLER_NOT_ALLOWED")],
)
def test_signing_keys_are_for_the_transmitter_alone(
    containers: Containers, service: str, said: str
) -> None:
    program = ASK_FOR_THE_SIGNING_KEY.replace("SERVICE", service)

    output = containers.compose("exec", "-T", service, "python", "-c", program)

    assert output.strip() == said
