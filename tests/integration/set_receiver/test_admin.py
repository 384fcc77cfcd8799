"""What the receiver shows of its receipts."""

from dataclasses import replace

import pytest
from support.eventually import eventually
from support.received_sets import provenance
from support.receiver_peers import ADMIN_TOKEN
from support.receiver_service import Receiver

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.receipt.v1 import receipt_service_pb2, receipt_service_pb2_grpc
from secevent.ssf_events import STREAM_UPDATED, VERIFICATION, stream_subject
from secevent.token import SecurityEventToken
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint
from set_receiver.app import SERVICE


async def test_each_receive_stream_is_shown_with_its_receipts(receiver: Receiver) -> None:
    receiver.store.failures["ann"] = Failure(reason="MUTABILITY", detail="id is readOnly")
    await receiver.push_token(receiver.deleted())
    await receiver.push_token(receiver.deleted("/Users/ben"))
    await receiver.eventually_states("dead", "applied")

    (row,) = (await receiver.admin("/receive-streams"))["streams"]

    assert {name: row[name] for name in row if name != "last_error"} == {
        "stream_id": "pushstreamaa",
        "pending": 0,
        "applied": 1,
        "without_effect": 0,
        "ignored": 0,
        "dead": 1,
        "status": "enabled",
        "transmitter_status": "",
        "transmitter_reason": "",
        "routed": 0,
    }


async def test_receipts_are_paged_by_both_apis(receiver: Receiver) -> None:
    for number in range(5):
        await receiver.push_token(receiver.deleted(f"/Users/user-{number}"))
    await receiver.eventually_states(*["applied"] * 5)

    first = await receiver.admin("/receipts?stream_id=pushstreamaa&limit=3")
    second = await receiver.admin(f"/receipts?limit=3&after={first['next']}")

    jtis = [receipt["jti"] for receipt in [*first["receipts"], *second["receipts"]]]
    assert (jtis, second["next"]) == ([f"jti-{number}" for number in range(5)], None)
    assert await jtis_over_grpc(receiver) == jtis


async def test_receipts_are_listed_by_state(receiver: Receiver) -> None:
    receiver.store.failures["ann"] = Failure(reason="MUTABILITY", detail="id is readOnly")
    await receiver.push_token(receiver.deleted())
    await receiver.push_token(receiver.deleted("/Users/ben"))
    await receiver.eventually_states("dead", "applied")

    (row,) = (await receiver.admin("/receipts?state=dead"))["receipts"]

    assert row["subject_uri"] == "/Users/ann"
    assert await receiver.admin(f"/receipts/{row['id']}") == row


async def test_a_dead_receipt_is_healed_by_applying_it_again(receiver: Receiver) -> None:
    receiver.store.failures["ann"] = Failure(reason="MUTABILITY", detail="id is readOnly")
    await receiver.push_token(receiver.deleted())
    await receiver.eventually_states("dead")
    receiver.store.failures.clear()
    (row,) = await receiver.receipts()

    answer = await receiver.post_admin(f"/receipts/{row['id']}/reapply")

    assert answer == (200, {"reapplied": 1})
    await receiver.eventually_states("applied")


async def test_all_dead_receipts_of_a_stream_and_a_time_are_applied_again_in_order(
    receiver: Receiver,
) -> None:
    receiver.store.failures["ann"] = Failure(reason="MUTABILITY", detail="id is readOnly")
    tokens = [receiver.deleted() for _ in range(4)]
    for token in tokens:
        await receiver.push_token(token)
    await receiver.eventually_states(*["dead"] * 4)
    receiver.store.failures.clear()
    rows = await receiver.receipts()
    wanted = {
        "state": "dead",
        "stream_id": "pushstreamaa",
        "received_from": rows[1]["received"],
        "received_before": rows[3]["received"],
    }

    answer = await receiver.post_admin("/receipts/reapply", wanted)

    assert answer == (200, {"reapplied": 2})
    await receiver.eventually_states("dead", "applied", "applied", "dead")
    assert receiver.store.txns_of("ann") == [token.txn for token in tokens[1:3]]


async def test_a_receipt_that_waits_is_not_applied_again(receiver: Receiver) -> None:
    receiver.store.open.clear()
    await receiver.push_token(receiver.deleted())
    (row,) = await receiver.receipts()

    status, answer = await receiver.post_admin(f"/receipts/{row['id']}/reapply")

    detail = "the receipt is pending: it is going to be applied anyway"
    assert (status, answer) == (409, {"detail": detail})
    receiver.store.open.set()
    await receiver.eventually_states("applied")


@pytest.mark.parametrize("receipt_id", ["7", "made-up", "9" * 40, "-1"])
async def test_a_receipt_that_does_not_exist_is_not_found(
    receiver: Receiver, receipt_id: str
) -> None:
    answer = await receiver.post_admin(f"/receipts/{receipt_id}/reapply")

    assert answer == (404, {"detail": "there is no such receipt"})


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({}, id="no state"),
        pytest.param({"state": "pending"}, id="what is pending anyway"),
        pytest.param({"state": "dead", "stream": "pushstreamaa"}, id="a misspelt member"),
        pytest.param({"state": "dead", "received_from": -1}, id="a time before all times"),
        pytest.param({"state": "dead", "received_before": 2**63}, id="a time after all times"),
    ],
)
async def test_a_selection_that_cannot_be_meant_is_refused(
    receiver: Receiver, wanted: dict[str, object]
) -> None:
    status, _ = await receiver.post_admin("/receipts/reapply", wanted)

    assert status == 422


async def jtis_over_grpc(receiver: Receiver) -> list[str]:
    jtis, page_token = [], ""
    async with open_channel(unix_endpoint(receiver.settings.data, SERVICE)) as channel:
        stub = receipt_service_pb2_grpc.ReceiptServiceStub(channel)
        while True:
            page = await stub.ListReceipts(
                receipt_service_pb2.ListReceiptsRequest(
                    tenant="default", page_size=2, page_token=page_token
                )
            )
            jtis += [receipt.jti for receipt in page.receipts]
            page_token = page.next_page_token
            if not page_token:
                return jtis


async def test_a_page_token_of_nobody_is_refused(receiver: Receiver) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    url = f"{receiver.origin}/admin/v1/receipts?after=made-up"

    async with receiver.session.get(url, headers=headers) as response:
        assert response.status == 400


async def test_the_admin_api_is_for_holders_of_a_token(receiver: Receiver) -> None:
    url = f"{receiver.origin}/admin/v1/receive-streams"

    async with receiver.session.get(url) as response:
        assert (response.status, "WWW-Authenticate" in response.headers) == (401, True)


async def test_metrics_tell_of_receipts_and_lag(receiver: Receiver) -> None:
    await receiver.push_token(receiver.deleted(provenance=provenance(42)))
    await receiver.eventually_states("applied")

    async def are_told() -> bool:
        async with receiver.session.get(f"{receiver.origin}/metrics") as response:
            text = await response.text()
        names = (
            'heliograph_receipts_settled_total{outcome="applied",stream_id="pushstreamaa"}',
            'heliograph_sets_delivered_total{answer="received",stream_id="pushstreamaa"}',
            'heliograph_receipts_pending{stream_id="pushstreamaa"} 0.0',
            'heliograph_apply_seconds_count{stream_id="pushstreamaa"}',
            'heliograph_replication_lag_seconds_count{stream_id="pushstreamaa"}',
        )
        return all(name in text for name in names)

    await eventually(are_told)


async def test_a_state_is_agreed_on_and_any_other_is_refused(receiver: Receiver) -> None:
    status, expected = await receiver.post_admin("/receive-streams/pushstreamaa/verify", {})
    assert (status, (await receiver.post_admin("/receive-streams/other/verify", {}))[0]) == (
        201,
        404,
    )

    answers = []
    for state in (expected["state"], "another"):
        token = receiver.issuer.token(VERIFICATION, {"state": state}, subject="/of/a-stream")
        answers.append(await receiver.push(receiver.issuer.sign(of_the_stream(token))))

    assert [answer.status for answer in answers] == [202, 400]
    assert (await answers[1].json())["err"] == "invalid_state"
    await receiver.eventually_states("ignored")


async def test_what_a_transmitter_tells_of_its_stream_is_shown(receiver: Receiver) -> None:
    payload = {"status": "paused", "reason": "upgrade"}
    token = of_the_stream(receiver.issuer.token(STREAM_UPDATED, payload, subject="/of/a-stream"))

    assert await receiver.push_token(token) == 202

    (row,) = (await receiver.admin("/receive-streams"))["streams"]
    assert (row["transmitter_status"], row["transmitter_reason"]) == ("paused", "upgrade")


def of_the_stream(token: SecurityEventToken) -> SecurityEventToken:
    return replace(token, sub_id=stream_subject("the-transmitters-id"))
