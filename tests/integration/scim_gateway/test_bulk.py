"""Bulk requests over a real socket (RFC 7644 section 3.7)."""

from typing import Any

from support.running_gateway import ANN, Gateway, configured

from scim.messages import (
    BULK_REQUEST,
)
from scim_gateway.settings import Settings


def bulk(count: int) -> dict[str, Any]:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": str(number), "data": ANN}
        for number in range(count)
    ]
    return {"schemas": [BULK_REQUEST], "Operations": operations}


async def test_a_batch_whose_answer_is_lost_is_recognised_when_it_comes_again(
    gateway: Gateway,
) -> None:
    gateway.store.answers_lost = 1

    answer = await gateway.ask("POST", "/Bulk", bulk(100))

    txns = {operation.txn for operation in gateway.store.writes}
    assert [result["status"] for result in answer.json["Operations"]] == ["201"] * 100
    assert len(gateway.store.resources) == len(txns) == 100
    assert len(gateway.store.writes) > 100


async def test_operations_of_a_store_that_stays_away_ask_for_patience(settings: Settings) -> None:
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        await gateway.peers.aclose()

        answer = await gateway.ask("POST", "/Bulk", bulk(100))

    assert answer.status == 200
    assert [result["status"] for result in answer.json["Operations"]] == ["503"] * 100


async def test_a_bulk_request_needs_a_token(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Bulk", bulk(1), token=None)

    assert answer.error == (401, None)
    assert gateway.store.writes == []
