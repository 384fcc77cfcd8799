"""Received events on their way to the store, over real sockets."""

import asyncio

import pytest
from support.eventually import eventually
from support.received_sets import ISSUER
from support.receiver_service import Receiver

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import change_service_pb2 as change_pb
from secevent.provenance import Provenance
from secevent.scim_events import CREATE_FULL, CREATE_NOTICE, DEACTIVATE, PATCH_FULL

pytestmark = pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)

PATCH = {"data": {"Operations": [{"op": "remove", "path": "title"}]}}


async def test_an_accepted_set_is_answered_with_an_empty_202_and_takes_effect(
    receiver: Receiver,
) -> None:
    origin = Provenance(42, "aaaaaaaa", ("aaaaaaaa", "bbbbbbbb"), version_before="")
    payload = {"data": {"userName": "ann"}, "version": 'W/"1-aaaaaaaa"'}
    token = receiver.issuer.token(CREATE_FULL, payload, subject="/Users/ann", provenance=origin)

    response = await receiver.push(receiver.issuer.sign(token))

    assert (response.status, await response.read()) == (202, b"")
    await receiver.eventually_states("applied")
    (change,) = receiver.store.applied
    assert change == change_pb.ForeignChange(
        tenant="default",
        issuer_group=ISSUER,
        txn=token.txn,
        ref={"resource_type": "User", "id": "ann"},
        kind=change_pb.CHANGE_KIND_CREATE,
        version='W/"1-aaaaaaaa"',
        data=b'{"userName":"ann"}',
        origin={"clock": 42, "cluster": "aaaaaaaa"},
        lineage=["aaaaaaaa", "bbbbbbbb"],
        activation=change_pb.ACTIVATION_UNCHANGED,
    )


async def test_a_deactivation_is_a_patch_of_nothing_else(receiver: Receiver) -> None:
    token = receiver.issuer.token(DEACTIVATE, {}, subject="/Users/ann")

    assert await receiver.push_token(token) == 202

    await receiver.eventually_states("applied")
    (change,) = receiver.store.applied
    assert (change.kind, change.activation, change.data, change.HasField("origin")) == (
        change_pb.CHANGE_KIND_PATCH,
        change_pb.ACTIVATION_DEACTIVATED,
        b"",
        False,
    )


async def test_events_without_data_are_ignored_and_say_so(receiver: Receiver) -> None:
    token = receiver.issuer.token(CREATE_NOTICE, {"attributes": ["userName"]}, subject="/Users/ann")

    assert await receiver.push_token(token) == 202

    await receiver.eventually_states("ignored")
    (receipt,) = await receiver.receipts()
    assert receipt["reason"].startswith("NOTICE: ")


async def test_the_events_of_one_subject_take_effect_in_their_order(receiver: Receiver) -> None:
    tokens = [
        receiver.issuer.token(PATCH_FULL, PATCH, subject=f"/Users/{subject}")
        for _ in range(10)
        for subject in ("ann", "ben", "cat")
    ]
    receiver.store.open.clear()
    for token in tokens:
        await receiver.push_token(token)
    receiver.store.open.set()

    await receiver.eventually_states(*["applied"] * 30)

    for subject in ("ann", "ben", "cat"):
        expected = [t.txn for t in tokens if t.sub_id["uri"] == f"/Users/{subject}"]
        assert receiver.store.txns_of(subject) == expected


async def test_different_subjects_travel_in_batches(receiver: Receiver) -> None:
    receiver.store.open.clear()
    for calls_in_flight in (1, 2):
        await receiver.push_token(receiver.deleted(f"/Users/lone-{calls_in_flight}"))
        await eventually(lambda: len(receiver.store.batches) == calls_in_flight)  # noqa: B023
    tokens = [receiver.deleted(f"/Users/user-{number}") for number in range(100)]
    await asyncio.gather(*(receiver.push_token(token) for token in tokens))
    receiver.store.open.set()

    await receiver.eventually_states(*["applied"] * 102)

    assert sum(receiver.store.batches) == 102
    assert max(receiver.store.batches) <= 64
    assert len(receiver.store.batches) <= 6


async def test_a_subject_that_waits_for_another_does_not_hold_others_up(receiver: Receiver) -> None:
    receiver.store.failures["ann"] = Failure(reason="UNIQUENESS", detail="userName")
    first, second = receiver.deleted(), receiver.deleted()
    for token in (first, second, receiver.deleted("/Users/ben")):
        await receiver.push_token(token)
    await receiver.eventually_states("pending", "pending", "applied")
    parked, *_ = await receiver.receipts()
    assert (parked["reason"], parked["next_attempt"] > 0) == ("UNIQUENESS: userName", True)

    del receiver.store.failures["ann"]

    await receiver.eventually_states("applied", "applied", "applied")
    assert receiver.store.txns_of("ann") == [first.txn, second.txn]


async def test_a_dead_receipt_stops_neither_others_nor_what_follows_it(receiver: Receiver) -> None:
    receiver.store.failures["ann"] = Failure(reason="MUTABILITY", detail="id is readOnly")
    await receiver.push_token(receiver.deleted())
    await receiver.push_token(receiver.deleted("/Users/ben"))
    await receiver.eventually_states("dead", "applied")

    del receiver.store.failures["ann"]
    await receiver.push_token(receiver.deleted())

    await receiver.eventually_states("dead", "applied", "applied")
    (dead, *_) = await receiver.receipts()
    assert dead["reason"] == "MUTABILITY: id is readOnly"


async def test_what_was_pending_is_taken_up_again_after_a_restart(stopped: Receiver) -> None:
    stopped.store.open.clear()
    async with stopped.running():
        for number in range(3):
            await stopped.push_token(stopped.deleted(f"/Users/user-{number}"))
        assert await stopped.states() == ["pending"] * 3

    stopped.store.open.set()
    async with stopped.running():
        await stopped.eventually_states(*["applied"] * 3)

    assert sorted(stopped.store.ids()) == ["user-0", "user-1", "user-2"]


async def test_a_change_belongs_to_the_trace_of_its_delivery(receiver: Receiver) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    compact = receiver.issuer.sign(receiver.deleted())

    await receiver.push(compact, headers={"traceparent": traceparent})

    await receiver.eventually_states("applied")
    (change,) = receiver.store.applied
    assert change.traceparent.split("-")[1] == traceparent.split("-")[1]
