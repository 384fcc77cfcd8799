"""Requests that are answered before they are carried out, from the queue to their end."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from structlog.testing import capture_logs
from support.eventually import eventually

from scim.messages import BULK_REQUEST, ERROR, USER_SCHEMA
from scim.profile import STRICT
from scim.registry import standard_registry
from scim_gateway.adapters.async_operations import decode_operation, encode_operation
from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.commands.carry_out_request import CarryOutRequest
from scim_gateway.domain.async_requests import (
    Asked,
    AsyncRequest,
    BulkMessage,
    Completion,
    LoneRequest,
    Promise,
    Waiting,
)
from scim_gateway.domain.base_uris import representations_below
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import (
    NotFoundError,
    StoreRefusedError,
    StoreUnavailableError,
)
from scim_gateway.domain.policies import Policy
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Search
from scim_gateway.domain.service_provider_config import BulkLimits
from scim_gateway.domain.turns import turns
from scim_gateway.domain.writes import ClientChange, Create, Delete, Patch, Replace, Write
from scim_gateway.entrypoints.async_loop import AsyncLoop
from scim_gateway.entrypoints.async_requests import AsyncRequestEndpoint
from servicekit.lone_leases import LoneLeases
from servicekit.signals import News

REGISTRY = standard_registry()
BELOW = representations_below(REGISTRY)
BASE = "https://scim.example.org/t/acme/scim/v2"
SHOWING = BELOW(BASE)
STRICTLY = Policy(STRICT)
ANN = ResourceRef("User", "ann")
BOB = ResourceRef("User", "bob")
BULK = BulkMessage(
    {
        "schemas": [BULK_REQUEST],
        "Operations": [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": f"person-{number}",
                "data": {"schemas": [USER_SCHEMA], "userName": f"person-{number}"},
            }
            for number in range(2)
        ],
    }
)


def waiting(txn: str, asked: Asked | ClientChange, *, tenant: str = "default") -> Waiting:
    """Return a request that waits."""
    given = asked if isinstance(asked, LoneRequest | BulkMessage) else LoneRequest(asked)
    return Waiting(tenant, txn, AsyncRequest(tenant, txn, "somebody", BASE, "", given))


@pytest.mark.parametrize(
    "asked",
    [
        LoneRequest(Create("User", b'{"userName":"ann"}')),
        LoneRequest(Replace(ANN, b"{\n}", 'W/"1"')),
        LoneRequest(Patch(ANN, b'{"Operations":[]}', None)),
        LoneRequest(Delete(ANN, "*")),
        BULK,
    ],
)
def test_what_is_kept_of_a_request_is_read_again(asked: Asked) -> None:
    request = AsyncRequest("acme", "t-1", "somebody", BASE, "00-trace", asked)

    kept = encode_operation(request)

    assert decode_operation(kept, tenant="acme", txn="t-1", principal="somebody") == request


def test_requests_on_one_resource_are_in_order_and_a_bulk_request_is_alone() -> None:
    one, two, three = (waiting(txn, Delete(ANN, None)) for txn in ("1", "2", "3"))
    other, new, another = (
        waiting("4", Delete(BOB, None)),
        waiting("5", Create("User", b"")),
        waiting("6", Create("User", b"")),
    )
    elsewhere = waiting("7", Delete(ANN, None), tenant="acme")
    bulk = waiting("8", BULK)

    given = [one, other, two, new, another, elsewhere, bulk, three]

    assert list(turns(given)) == [
        [[one, two], [other], [new], [another], [elsewhere]],
        [[bulk]],
        [[three]],
    ]


@dataclass
class MemoryStore:
    """Implements `ResourceStore`: notes what was written, and refuses or is away as it is told."""

    written: list[Write] = field(default_factory=list)
    refusal: StoreRefusedError | None = None
    away: int = 0
    """So many writes find nobody."""
    fault: Exception | None = None

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        raise NotImplementedError

    async def search(self, search: Search) -> Page:
        raise NotImplementedError

    async def write(self, write: Write) -> StoredResource | None:
        (written,) = await self.write_all([write])
        if isinstance(written, StoreRefusedError):
            raise written
        return written

    async def write_all(
        self, writes: Sequence[Write]
    ) -> Sequence[StoredResource | StoreRefusedError | None]:
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        if self.fault:
            raise self.fault
        self.written += writes
        resource = StoredResource(ANN, b'{"id":"ann"}', 'W/"1"', 0, 0)
        return [self.refusal or resource for _ in writes]


@dataclass
class MemoryRequests:
    """Implements `AsyncRequests`; what has been carried out without complaint is settled."""

    store: MemoryStore
    queued: list[Waiting] = field(default_factory=list)
    settled: dict[str, Sequence[Completion]] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)

    async def check(self, write: Write) -> None:
        raise NotImplementedError

    async def queue(self, request: AsyncRequest) -> None:
        raise NotImplementedError

    async def waiting(self, *, limit: int) -> Sequence[Waiting]:
        promised = {w.transaction.txn for w in self.store.written if w.promised_below}
        is_refused = self.store.refusal is not None
        done = self.settled.keys() | (set() if is_refused else promised)
        return [each for each in self.queued if each.txn not in done][:limit]

    async def is_done(self) -> bool:
        return not await self.waiting(limit=1)

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        assert tenant == "default"
        self.settled.setdefault(txn, completions)

    async def find(self, tenant: str, txn: str) -> Promise | None:
        return self.promises.get(txn) if tenant == "default" else None


async def carried_out(store: MemoryStore, *queued: Waiting) -> MemoryRequests:
    """Run the loop until nothing waits."""
    requests = MemoryRequests(store, list(queued))
    limits = BulkLimits(max_operations=10, max_payload_size=10_000)
    carry_out = CarryOutRequest(
        store,
        BELOW,
        BulkRequests(REGISTRY, limits),
        CarryOutBulk(store, BELOW),
        policy_of=lambda _tenant: STRICTLY,
    )
    loop = AsyncLoop(requests, carry_out, LoneLeases(), News(), pause_seconds=0)
    running = asyncio.create_task(loop.run())
    await eventually(requests.is_done, seconds=30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return requests


def told(completions: Sequence[Completion]) -> list[dict[str, Any]]:
    """Return what completions say."""
    return [orjson.loads(each.response) for each in completions]


async def test_a_write_that_takes_effect_is_settled_by_the_store() -> None:
    store = MemoryStore()

    requests = await carried_out(store, waiting("1", Delete(ANN, None)))

    assert requests.settled == {}
    (written,) = store.written
    assert (written.transaction.txn, written.promised_below) == ("1", BASE)
    assert (written.policy, written.transaction.asked_by) == (STRICTLY, "somebody")


async def test_a_refused_write_is_settled_with_its_error() -> None:
    store = MemoryStore(refusal=StoreRefusedError("VERSION_MISMATCH", "too late"))
    replacing, creating = Replace(ANN, b"{}", 'W/"0"'), Create("User", b"{}")

    requests = await carried_out(store, waiting("1", replacing), waiting("2", creating))

    (replaced,), (created,) = (requests.settled[txn] for txn in ("1", "2"))
    (first,), (second,) = told([replaced]), told([created])
    assert (replaced.txn, replaced.ref) == ("1", ANN)
    assert (created.txn, created.ref) == ("2", ResourceRef("User", ""))
    assert (first["method"], first["status"]) == ("PUT", "412")
    assert first["location"] == SHOWING.location(ANN)
    assert first["response"]["schemas"] == [ERROR]
    assert (second["method"], "location" in second) == ("POST", False)


async def test_the_operations_of_a_bulk_request_have_txns_of_their_own() -> None:
    store = MemoryStore()

    requests = await carried_out(store, waiting("1", BULK))

    completions = requests.settled["1"]
    assert [each.txn for each in completions] == ["1:0", "1:1"]
    assert [w.transaction.txn for w in store.written] == ["1:0", "1:1"]
    assert {w.promised_below for w in store.written} == {None}
    assert [each["bulkId"] for each in told(completions)] == ["person-0", "person-1"]


@pytest.mark.parametrize("asked", [LoneRequest(Delete(ANN, None)), BULK])
async def test_what_meets_no_store_waits_on_and_is_no_failure(asked: Asked) -> None:
    store = MemoryStore(away=1)

    requests = await carried_out(store, waiting("1", asked))

    statuses = [each["status"] for each in told(requests.settled.get("1", ()))]
    assert store.written
    assert set(statuses) <= {"201"}


@pytest.mark.parametrize("asked", [LoneRequest(Delete(ANN, None)), BULK])
async def test_what_no_store_will_ever_take_is_told_as_503_in_the_end(asked: Asked) -> None:
    requests = await carried_out(MemoryStore(away=1_000), waiting("1", asked))

    statuses = {each["status"] for each in told(requests.settled["1"])}
    assert statuses == {"503"}


async def test_a_request_that_cannot_be_carried_out_keeps_no_other_waiting() -> None:
    broken = MemoryStore(fault=ZeroDivisionError())

    with capture_logs() as logs:
        requests = await carried_out(
            broken,
            replace(waiting("1", BULK), request=None),
            waiting("2", Delete(ANN, None)),
            waiting("3", BULK),
        )

    answers = {txn: told(completions) for txn, completions in requests.settled.items()}
    assert {txn: [a["status"] for a in answer] for txn, answer in answers.items()} == {
        "1": ["500"],
        "2": ["500"],
        "3": ["500"],
    }
    assert requests.settled["2"][0].ref == ANN
    assert [line["txn"] for line in logs if line["log_level"] == "error"] == ["1", "2", "3"]


class OneSigner:
    """Implements `CompletionSets`."""

    async def sign(self, promise: Promise, *, tenant: str) -> Mapping[str, str]:
        return {f"{each.txn}-jti": f"{tenant}.{each.txn}" for each in promise.completions}


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """Authenticates everybody as one."""

    known: Caller

    async def caller(self, _request: Request) -> Caller:
        return self.known


def asking(txn: str) -> Request:
    """Return a request for an outcome."""
    return Request({"type": "http", "method": "GET", "headers": [], "path_params": {"txn": txn}})


def endpoint(principal: str, *, tenant: str = "default") -> AsyncRequestEndpoint:
    """Return the endpoint, as one client sees it."""
    kept = Promise("kept", "ann", (Completion("kept", ANN, b"{}"),), settled=7)
    bulk = Promise("bulk", "ann", (Completion("bulk:0", ANN, b"{}"),), settled=7)
    open_one = Promise("open", "ann", (), settled=0)
    requests = MemoryRequests(
        MemoryStore(), promises={each.txn: each for each in (kept, bulk, open_one)}
    )
    authentication: Any = KnownCaller(Caller(tenant, principal))
    return AsyncRequestEndpoint(authentication, requests, OneSigner())


async def test_an_outcome_is_shown_to_who_sent_the_request() -> None:
    shown = endpoint("ann")

    kept, bulk, still_open = [await shown.read(asking(txn)) for txn in ("kept", "bulk", "open")]

    assert (kept.status, kept.body, kept.media_type) == (
        200,
        b"default.kept",
        "application/secevent+jwt",
    )
    assert orjson.loads(bulk.body) == {"sets": {"bulk:0-jti": "default.bulk:0"}}
    assert (still_open.status, still_open.body) == (202, b"")
    assert dict(still_open.headers)[b"retry-after"] == b"1"
    assert all((b"cache-control", b"no-store") in each.headers for each in (kept, bulk, still_open))


@pytest.mark.parametrize(
    ("principal", "tenant", "txn"),
    [
        ("bob", "default", "kept"),
        ("bob", "default", "open"),
        ("ann", "acme", "kept"),
        ("ann", "default", "unknown"),
    ],
)
async def test_to_everybody_else_there_is_no_such_request(
    principal: str, tenant: str, txn: str
) -> None:
    with pytest.raises(NotFoundError):
        await endpoint(principal, tenant=tenant).read(asking(txn))
