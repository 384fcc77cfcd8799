"""set-transmitter answers polls over real sockets (RFC 8936)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from support.eventually import eventually
from support.transmitter_cluster import Cluster, creation, patch, running_cluster

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import EventServiceStub
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    async with running_cluster(tmp_path_factory.mktemp("data"), poll_wait_seconds="20") as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="module")
async def stream(cluster: Cluster) -> dict[str, Any]:
    return await cluster.fresh_stream()


async def add_users(cluster: Cluster, stream: Mapping[str, Any], *names: str) -> list[str]:
    """Create users and wait until their events are pending."""
    before = (await cluster.state(stream["stream_id"]))["pending"]
    written = await cluster.write(*(creation(name) for name in names))
    pending = before + len(names)
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=pending))
    return [user.ref.id for user in written]


async def test_a_stream_can_be_polled_as_soon_as_it_is_made(cluster: Cluster) -> None:
    created = await cluster.stream()

    answer = await cluster.poll(created, maxEvents=0)

    assert answer == {"sets": {}}


async def test_a_waiting_poll_is_answered_by_the_event_itself(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    waiting = asyncio.create_task(cluster.poll(stream, returnImmediately=False))
    await eventually(lambda: _polls_under_way(cluster))

    await cluster.add_user("awaited")

    assert len((await asyncio.wait_for(waiting, 10))["sets"]) == 1


async def test_a_poll_that_will_not_wait_is_answered_at_once(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    assert await cluster.poll(stream, returnImmediately=True) == {"sets": {}}


async def test_a_poll_that_only_acknowledges_is_answered_at_once(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    await add_users(cluster, stream, "only-acknowledged")

    answer = await cluster.poll(stream, maxEvents=0, returnImmediately=False)

    assert answer == {"sets": {}, "moreAvailable": True}


async def test_more_is_available_than_a_poll_asks_for(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    await add_users(cluster, stream, "more-1", "more-2", "more-3")

    first = await cluster.poll(stream, maxEvents=2)
    second = await cluster.poll(stream, maxEvents=2)

    assert (len(first["sets"]), first["moreAvailable"]) == (2, True)
    assert (len(second["sets"]), "moreAvailable" in second) == (1, False)


async def test_acknowledging_and_fetching_go_together(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    (user_id,) = await add_users(cluster, stream, "acknowledged")
    await cluster.write(patch(user_id, title="Dr."))
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=2))
    (created,) = (await cluster.poll(stream))["sets"]

    (patched,) = (await cluster.poll(stream, ack=[created]))["sets"]

    assert patched != created
    assert await cluster.state_is(stream["stream_id"], pending=1, acknowledged=1)


async def test_an_event_goes_to_one_of_several_pollers(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    names = [f"shared-{number}" for number in range(30)]
    await add_users(cluster, stream, *names)

    answers = await asyncio.gather(*(cluster.poll(stream, maxEvents=4) for _ in range(8)))

    handed = [jti for answer in answers for jti in answer["sets"]]
    assert (len(handed), len(set(handed))) == (30, 30)


async def test_an_acknowledgement_wakes_a_poll_that_waits_for_the_subject(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    (user_id,) = await add_users(cluster, stream, "waited-for")
    (created,) = (await cluster.poll(stream))["sets"]
    await cluster.write(patch(user_id, title="Dr."))
    await eventually(lambda: cluster.state_is(stream["stream_id"], pending=2))
    waiting = asyncio.create_task(cluster.poll(stream, returnImmediately=False))
    await eventually(lambda: _polls_under_way(cluster))

    await cluster.poll(stream, ack=[created], maxEvents=0)

    assert len((await asyncio.wait_for(waiting, 10))["sets"]) == 1


async def test_a_poller_that_hangs_up_takes_nothing_along(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    waiting = asyncio.create_task(cluster.poll(stream, returnImmediately=False))
    await eventually(lambda: _polls_under_way(cluster))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await eventually(lambda: _no_polls_under_way(cluster))

    await add_users(cluster, stream, "not-lost")

    assert len((await cluster.poll(stream))["sets"]) == 1


async def test_an_error_report_sets_the_set_aside(cluster: Cluster, stream: dict[str, Any]) -> None:
    await add_users(cluster, stream, "reported")
    (jti,) = (await cluster.poll(stream))["sets"]

    error = {"err": "invalid_audience", "description": "not for me"}
    await cluster.poll(stream, setErrs={jti: error})

    (letter,) = await cluster.dead_letters(stream["stream_id"])
    assert (letter["jti"], letter["err"], letter["description"]) == (jti, *error.values())
    assert await cluster.state_is(stream["stream_id"], pending=0, dead_letters=1, acknowledged=0)


async def test_a_paused_stream_takes_acknowledgements_and_gives_nothing(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    stream_id = stream["stream_id"]
    await add_users(cluster, stream, "paused-1", "paused-2")
    (jti,) = (await cluster.poll(stream, maxEvents=1))["sets"]
    await cluster.set_status(stream_id, "paused")
    await eventually(lambda: _gives_nothing(cluster, stream))

    answer = await cluster.poll(stream, ack=[jti])

    assert answer == {"sets": {}}
    assert await cluster.state_is(stream_id, pending=1, acknowledged=1)


async def test_the_path_without_a_prefix_is_the_same(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    url = f"{cluster.origin('set-transmitter')}/poll/{stream['stream_id']}"

    status, answer = await cluster.request("POST", url, json={"returnImmediately": True})

    assert (status, answer) == (200, {"sets": {}})


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        pytest.param({"json": []}, 400, "JSON object", id="an array"),
        pytest.param(
            {"data": b"{", "headers": {"Content-Type": "application/json"}},
            400,
            "JSON object",
            id="no JSON",
        ),
        pytest.param({"json": {"maxEvents": -1}}, 400, "maxEvents", id="less than no events"),
        pytest.param({"json": {"ack": "jti"}}, 400, "ack", id="an ack that is no array"),
        pytest.param({"data": {"a": "b"}}, 415, "application/json", id="a form"),
    ],
)
async def test_a_poll_is_refused_with_words_that_help(
    options: dict[str, Any], status: int, said: str, cluster: Cluster, stream: dict[str, Any]
) -> None:
    url = stream["delivery"]["endpoint_url"]

    answered, body = await cluster.request("POST", url, **options)

    assert answered == status
    assert said in str(body)


async def test_a_stream_that_does_not_exist_is_not_found(cluster: Cluster) -> None:
    url = f"{cluster.origin('set-transmitter')}/ssf/poll/nosuchstream"

    status, body = await cluster.request("POST", url, json={})

    assert (status, body) == (404, {"detail": "there is no stream nosuchstream to poll"})


async def test_a_push_stream_is_not_polled(cluster: Cluster) -> None:
    delivery = {"method": "urn:ietf:rfc:8935", "endpoint_url": "http://127.0.0.1:9/events"}
    created = await cluster.stream(delivery=delivery)
    url = f"{cluster.origin('set-transmitter')}/ssf/poll/{created['stream_id']}"

    status, _ = await cluster.request("POST", url, json={"returnImmediately": True})

    assert status == 404


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param({}, id="no token"),
        pytest.param({"Authorization": "Bearer of-nobody"}, id="an unknown token"),
    ],
)
async def test_a_poll_without_a_good_token_is_challenged(
    authorization: dict[str, str], cluster: Cluster, stream: dict[str, Any]
) -> None:
    url = stream["delivery"]["endpoint_url"]

    async with cluster.http.post(url, json={}, headers=authorization) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["streams", "dead-letters"])
async def test_administration_asks_for_a_token(path: str, cluster: Cluster) -> None:
    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/admin/v1/{path}") as answer:
        assert answer.status == 401


async def test_other_services_read_delivery_states(
    cluster: Cluster, stream: dict[str, Any]
) -> None:
    await add_users(cluster, stream, "reported-by-grpc")

    async with open_channel(unix_endpoint(cluster.data, "set-transmitter")) as channel:
        request = pb.ReadDeliveryStatesRequest(tenant="default")
        response = await call(EventServiceStub(channel).ReadDeliveryStates, request, deadline=5)

    (state,) = response.states
    assert (state.stream_id, state.pending, state.acknowledged) == (stream["stream_id"], 1, 0)
    assert state.oldest_pending > 0


async def test_polls_are_measured_under_the_name_of_their_route(cluster: Cluster) -> None:
    stream = await cluster.stream()
    await cluster.poll(stream, maxEvents=0)

    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/metrics") as answer:
        metrics = await answer.text()

    assert 'method="POST",route="/ssf/poll/{stream_id}",status="200"' in metrics


async def _polls_under_way(cluster: Cluster) -> bool:
    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/metrics") as answer:
        return "heliograph_polls_waiting 1.0" in await answer.text()


async def _no_polls_under_way(cluster: Cluster) -> bool:
    async with cluster.http.get(f"{cluster.origin('set-transmitter')}/metrics") as answer:
        return "heliograph_polls_waiting 0.0" in await answer.text()


async def _gives_nothing(cluster: Cluster, stream: Mapping[str, Any]) -> bool:
    return await cluster.poll(stream, maxEvents=0) == {"sets": {}}
