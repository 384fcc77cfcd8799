"""What a hostile client sends is refused for what it is, and changes nothing."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
import pytest_asyncio
from support.eventually import eventually
from support.hostile_bodies import BODIES
from support.hostile_operations import CHANGES
from support.hostile_queries import QUERIES
from support.hostile_requests import ANN, TEAM, Hostile
from support.mongo import fresh_databases
from support.odd_queries import ODD_QUERIES
from support.raw_http import RawAnswer, exchange, request_bytes
from support.registrar_storage import MASTER_KEY
from support.scim_client import scim_client
from support.scim_services import ADMIN_TOKEN, serving_scim

from heliograph.resource.v1 import change_service_pb2
from heliograph.resource.v1.change_service_pb2_grpc import ChangeServiceStub
from scim.messages import ERROR, LIST_RESPONSE, MEDIA_TYPE
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint

pytestmark = pytest.mark.asyncio(loop_scope="module")
REQUESTS: Final = (*BODIES, *QUERIES, *CHANGES)
_AUTHORIZATION: Final = f"Bearer {ADMIN_TOKEN}".encode()


@dataclass
class Target:
    """The services, with a User and a Group in them."""

    base_uri: str
    changes: ChangeServiceStub
    ids: dict[str, str]
    last: tuple[int, int] = (0, 0)
    """What `state` gave last, so that one request that changes it fails one test."""

    async def ask(self, hostile: Hostile) -> RawAnswer:
        target, body = "/scim/v2" + hostile.target, hostile.body
        for name, value in self.ids.items():
            target, body = target.replace(name, value), body.replace(name.encode(), value.encode())
        headers = {"Authorization": _AUTHORIZATION, "Content-Type": b"application/scim+json"}
        request = request_bytes(hostile.method, target.encode(), headers | hostile.headers, body)
        return await exchange(self.base_uri, request)

    async def state(self) -> tuple[int, int]:
        """Return how many resources there are, and how many changes the feed has told."""
        headers = {"Authorization": _AUTHORIZATION}
        request = request_bytes("GET", b"/scim/v2?count=0", headers)
        found = (await exchange(self.base_uri, request)).json
        asked = change_service_pb2.ReadChangesRequest(limit=1000)
        read = await call(self.changes.ReadChanges, asked, deadline=30)
        self.last = found["totalResults"], len(read.changes)
        return self.last

    async def tells_of_both(self) -> bool:
        return await self.state() == (2, 2)


@pytest.fixture(scope="module", params=["sqlite", "mongodb"])
def store(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    with fresh_databases(request.getfixturevalue("mongod")) as url:
        yield {"store": url, "master_key": MASTER_KEY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(
    store: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    data = tmp_path_factory.mktemp("hostile") / "data"
    async with (
        serving_scim(data, **store) as base_uri,
        scim_client(base_uri) as client,
        open_channel(unix_endpoint(data, "resource-store")) as channel,
    ):
        ann = await client.create("/Users", userName="ann")
        team = await client.create("/Groups", displayName="Team", members=[{"value": ann["id"]}])
        ids = {ANN: ann["id"], TEAM: team["id"]}
        target = Target(base_uri, ChangeServiceStub(channel), ids)
        await eventually(target.tells_of_both)
        yield target


def errors_in(answer: RawAnswer, *, in_bulk: bool) -> list[tuple[int, Any, Any]]:
    """Return the status, the scimType and the schemas of the answer, or of each operation's."""
    if not in_bulk:
        return [error_in(answer.status, answer.json)]
    assert answer.status == 200, answer.body
    results = answer.json["Operations"]
    return [error_in(int(result["status"]), result["response"]) for result in results]


def error_in(status: int, error: dict[str, Any]) -> tuple[int, Any, Any]:
    assert error["status"] == str(status)
    assert 0 < len(error["detail"]) < 1000
    return status, error.get("scimType"), error["schemas"]


@pytest.mark.parametrize("hostile", REQUESTS, ids=str)
async def test_it_is_refused_for_what_it_is_and_changes_nothing(
    target: Target, hostile: Hostile
) -> None:
    before = target.last

    answer = await target.ask(hostile)
    after = await target.state()

    assert answer.headers["content-type"] == MEDIA_TYPE
    assert errors_in(answer, in_bulk=hostile.in_bulk) == [(*hostile.expected, [ERROR])]
    assert after == before


@pytest.mark.parametrize("odd", ODD_QUERIES, ids=str)
async def test_what_has_a_meaning_is_answered_however_odd_it_is(
    target: Target, odd: Hostile
) -> None:
    answer = await target.ask(odd)

    assert (answer.status, answer.json["schemas"]) == (200, [LIST_RESPONSE]), answer.body
