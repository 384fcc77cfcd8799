"""What a storage keeps of requests that are answered before they are carried out (RFC 9967)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from support.scim_resources import USER
from support.store_driver import TENANT, StoreDriver, creation, patching, replacement

from resource_store.commands.write_resources import Operation, WriteRequest
from resource_store.domain.async_requests import AsyncRequest, Completion, Promise
from resource_store.domain.causes import Cause
from resource_store.domain.changes import ChangeKind
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
from resource_store.domain.members import DERIVED
from resource_store.domain.resources import Ref, Stamp
from scim.errors import InvalidValueError
from scim.profile import TOLERANT

NOON = 1_800_000_000_000_000
REF = Ref("User", "x")
BASE_URI = "https://example.com/scim/v2"


def request(txn: str, *, accepted: int = NOON, tenant: str = TENANT) -> AsyncRequest:
    """Return a request."""
    return AsyncRequest(tenant, txn, "somebody", f"operation of {txn}".encode(), accepted)


def done(txn: str) -> Completion:
    """Return the completion of a DELETE."""
    return Completion(txn, REF, b'{"method":"DELETE","status":"204"}')


def refused(txn: str) -> Completion:
    """Return the completion of a POST that was refused."""
    return Completion(txn, Ref("User", ""), b'{"method":"POST","status":"400"}')


def completions_in(promise: Promise | None) -> tuple[Completion, ...] | None:
    """Return what became of a request that must be known; None while it waits."""
    assert promise is not None
    return promise.outcome.completions if promise.outcome else None


def burying(txn: str, *, is_refused: bool = False) -> Transition:
    """Return a transition that leaves a tombstone, of the request with this txn."""

    def decide(_state: State) -> Decision:
        if is_refused:
            raise InvalidValueError("no", attribute_path="x")
        return Deleted(REF, Stamp(NOON, "far"), frozenset(), None)

    def answer(outcome: Outcome) -> Completion:
        assert outcome.effect in {Effect.UNCHANGED, Effect.REPEATED}
        return done(txn)

    return Transition(
        tenant=TENANT,
        ref=REF,
        resource_type=USER,
        identity=Identity(IdentityKind.TRANSACTION, txn),
        named_members=frozenset(),
        needs_every_member=False,
        shown=None,
        decide=decide,
        answer=answer,
    )


def writing(operation: Operation, *, txn: str = "a") -> WriteRequest:
    """Return a write of which the answer is promised."""
    cause = Cause(TENANT, txn, "")
    return WriteRequest(cause, operation, TOLERANT, DERIVED, promised_below=BASE_URI)


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

    assert completions_in(await requests.find(TENANT, "a")) == (done("a"),)
    assert await requests.waiting(limit=10) == [request("b")]


async def test_what_was_asked_for_is_not_kept_once_it_has_an_outcome(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])
    await requests.settle(TENANT, "a", [done("a")])

    found = await requests.find(TENANT, "a")

    assert found is not None
    assert found.request == replace(request("a"), operation=b"")


async def test_a_refused_change_gives_none_and_its_reader_does(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])

    await store.storage.write([burying("a", is_refused=True)])
    before = await requests.find(TENANT, "a")
    await requests.settle(TENANT, "a", [refused("a")])

    assert before == Promise(request("a"), None)
    assert completions_in(await requests.find(TENANT, "a")) == (refused("a"),)


async def test_a_change_and_its_answer_are_kept_together_or_not_at_all(
    store: StoreDriver,
) -> None:
    def fails(_outcome: Outcome) -> Completion:
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
    await requests.settle(TENANT, "a", [refused("a")])

    assert completions_in(await requests.find(TENANT, "a")) == (done("a"),)
    assert [change.txn for change in await store.changes()] == ["a"]


async def test_the_feed_tells_of_each_completion_once(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("bulk")])
    outcome = [done("bulk:0"), refused("bulk:1")]

    await requests.settle(TENANT, "bulk", outcome)
    await requests.settle(TENANT, "bulk", outcome)
    await requests.settle(TENANT, "unknown", [done("unknown")])

    told = await store.changes()
    assert [(each.kind, each.txn, each.ref, json.loads(each.data)["status"]) for each in told] == [
        (ChangeKind.COMPLETION, "bulk:0", REF, "204"),
        (ChangeKind.COMPLETION, "bulk:1", Ref("User", ""), "400"),
    ]
    assert completions_in(await requests.find(TENANT, "bulk")) == tuple(outcome)


async def test_a_write_is_told_before_its_completion(store: StoreDriver) -> None:
    await store.storage.async_requests.queue([request("a")])

    (user,) = await store.write_resources([writing(creation("User", {"userName": "ann"}))])

    change, completion = await store.changes()
    assert not isinstance(user, Exception)
    assert (change.kind, completion.kind) == (ChangeKind.CREATE, ChangeKind.COMPLETION)
    assert (change.txn, change.ref) == (completion.txn, completion.ref)
    assert change.committed < completion.committed
    assert json.loads(completion.data) == {
        "method": "POST",
        "location": f"{BASE_URI}/Users/{change.ref.id}",
        "version": change.version_after,
        "status": "201",
    }


async def test_a_refused_write_leaves_its_request_waiting(store: StoreDriver) -> None:
    await store.user("ann")
    await store.storage.async_requests.queue([request("a")])

    (refusal,) = await store.write_resources([writing(creation("User", {"userName": "ann"}))])

    assert isinstance(refusal, Exception)
    assert await store.storage.async_requests.waiting(limit=10) == [request("a")]


async def test_a_write_that_is_only_judged_changes_nothing(store: StoreDriver) -> None:
    ann = await store.user("ann")
    end = await store.end()
    requests = [
        writing(creation("User", {"userName": "bob"})),
        writing(patching(ann.ref, {"op": "replace", "path": "title", "value": "Dr"})),
        writing(replacement(ann.ref, {"userName": "ann"}, if_match=ann.version)),
    ]

    verdicts = await store.write_resources.check(requests)

    assert verdicts == [None, None, None]
    assert await store.changes(end) == []
    assert await store.found(None, "User") == [ann.ref.id]


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (creation("User", {}), "INVALID_VALUE"),
        (creation("Thing", {}), "UNKNOWN_RESOURCE_TYPE"),
        (replacement(Ref("User", "gone"), {"userName": "ann"}), "RESOURCE_NOT_FOUND"),
        (patching(Ref("User", "id-0001"), {"op": "remove"}), "NO_TARGET"),
        (
            replacement(Ref("User", "id-0001"), {"userName": "ann"}, if_match='W/"other"'),
            "VERSION_MISMATCH",
        ),
    ],
)
async def test_a_write_is_judged_as_it_would_be_carried_out(
    store: StoreDriver, operation: Operation, reason: str
) -> None:
    await store.user("ann")

    (judged,) = await store.write_resources.check([writing(operation)])
    (carried_out,) = await store.write_resources([writing(operation)])

    verdicts: list[Any] = [judged, carried_out]
    assert [verdict.reason for verdict in verdicts] == [reason, reason]


@pytest.mark.parametrize(("tenant", "txn"), [("other", "a"), (TENANT, "b")])
async def test_a_request_of_another_is_not_found(store: StoreDriver, tenant: str, txn: str) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("a")])

    assert await requests.find(tenant, txn) is None


async def test_requests_are_forgotten_some_time_after_their_outcome(store: StoreDriver) -> None:
    requests = store.storage.async_requests
    await requests.queue([request("old"), request("waits"), request("new")])
    await requests.settle(TENANT, "old", [done("old")])
    old = await requests.find(TENANT, "old")
    assert old is not None
    assert old.outcome is not None
    await requests.settle(TENANT, "new", [done("new")])

    await requests.forget(settled_before=old.outcome.settled)
    kept = [txn for txn in ("old", "waits", "new") if await requests.find(TENANT, txn)]
    await requests.forget(settled_before=old.outcome.settled + 60_000_000)

    left = [txn for txn in ("old", "waits", "new") if await requests.find(TENANT, txn)]
    assert (kept, left) == (["old", "waits", "new"], ["waits"])
