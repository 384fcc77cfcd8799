"""What a storage keeps of requests that are answered before they are carried out (RFC 9967)."""

from dataclasses import replace

import pytest
from support.scim_resources import USER
from support.store_driver import TENANT, StoreDriver

from resource_store.domain.async_requests import AsyncOutcome, AsyncRequest, Promise
from resource_store.domain.decisions import (
    Decision,
    Deleted,
    Effect,
    Identity,
    IdentityKind,
    Outcome,
    State,
    Transition,
)
from resource_store.domain.resources import Ref, Stamp
from scim.errors import InvalidValueError

NOON = 1_800_000_000_000_000
DONE = AsyncOutcome(status=204, location="Users/x", version="", error=b"")
REFUSED = AsyncOutcome(status=400, location="", version="", error=b'{"status":"400"}')


def request(txn: str, *, accepted: int = NOON, tenant: str = TENANT) -> AsyncRequest:
    """Return a request."""
    return AsyncRequest(tenant, txn, f"operation of {txn}".encode(), accepted)


def burying(txn: str, *, refused: bool = False) -> Transition:
    """Return a transition that leaves a tombstone, of the request with this txn."""

    def decide(_state: State) -> Decision:
        if refused:
            raise InvalidValueError("no", attribute_path="x")
        return Deleted(Ref("User", "x"), Stamp(NOON, "far"), frozenset(), None)

    def answer(outcome: Outcome) -> AsyncOutcome:
        assert outcome.effect in {Effect.UNCHANGED, Effect.REPEATED}
        return DONE

    return Transition(
        tenant=TENANT,
        ref=Ref("User", "x"),
        resource_type=USER,
        identity=Identity(IdentityKind.TRANSACTION, txn),
        named_members=frozenset(),
        needs_every_member=False,
        shown=None,
        decide=decide,
        answer=answer,
    )


async def test_requests_wait_in_the_order_in_which_they_were_accepted(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    later, earlier = request("a", accepted=NOON + 1), request("b", accepted=NOON)

    await requests.queue([later])
    await requests.queue([earlier])

    assert await requests.waiting(limit=10) == [earlier, later]
    assert await requests.waiting(limit=1) == [earlier]


async def test_a_request_that_is_known_is_not_queued_again(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])

    await requests.queue([replace(request("a"), operation=b"another"), request("b")])

    assert await requests.waiting(limit=10) == [request("a"), request("b")]


async def test_a_change_gives_its_request_the_outcome(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a"), request("b")])

    await store.storage.write([burying("a")])

    assert await requests.find(TENANT, "a") == Promise(request("a"), DONE)
    assert await requests.waiting(limit=10) == [request("b")]


async def test_a_refused_change_gives_none_and_its_reader_does(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])

    await store.storage.write([burying("a", refused=True)])
    before = await requests.find(TENANT, "a")
    await requests.settle(TENANT, "a", REFUSED)

    assert before == Promise(request("a"), None)
    assert await requests.find(TENANT, "a") == Promise(request("a"), REFUSED)


async def test_a_change_and_its_answer_are_kept_together_or_not_at_all(
    store: StoreDriver,
) -> None:
    def fails(_outcome: Outcome) -> AsyncOutcome:
        raise ZeroDivisionError

    await store.storage.async_requests.queue([request("a")])

    results = [
        *await store.storage.write([replace(burying("a"), answer=fails)]),
        *await store.storage.write([burying("a")]),
    ]

    assert [type(result) for result in results] == [ZeroDivisionError, Outcome]
    assert results[1] == Outcome(Effect.UNCHANGED, None)


async def test_a_request_keeps_its_first_outcome(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])
    await store.storage.write([burying("a")])

    await store.storage.write([burying("a")])
    await requests.settle(TENANT, "a", REFUSED)

    assert await requests.find(TENANT, "a") == Promise(request("a"), DONE)


@pytest.mark.parametrize(("tenant", "txn"), [("other", "a"), (TENANT, "b")])
async def test_a_request_of_another_is_not_found(store: StoreDriver, tenant: str, txn: str) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])

    assert await requests.find(tenant, txn) is None


async def test_old_requests_are_forgotten_once_they_have_an_outcome(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("old"), request("waits"), request("new", accepted=NOON + 1)])
    for txn in ("old", "new"):
        await requests.settle(TENANT, txn, DONE)

    await requests.forget(accepted_before=NOON + 1)

    found = {txn: await requests.find(TENANT, txn) for txn in ("old", "waits", "new")}
    assert [txn for txn, promise in found.items() if promise] == ["waits", "new"]
