"""A receipt that becomes visible after later ones: its replica was stopped in the middle."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from support.receipt_examples import ARRIVAL
from support.receiver_service import Receiver

from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo.receipts import MongoReceipts
from set_receiver.adapters.mongo.schema import MIGRATIONS
from set_receiver.app import SERVICE

pytestmark = pytest.mark.parametrize("store", ["mongodb"], indirect=True)


@pytest.fixture
async def another(mongo_url: str) -> AsyncIterator[MongoReceipts]:
    """Give the receipts as another replica has them."""
    async with open_mongo(mongo_url, SERVICE, MIGRATIONS) as database:
        yield MongoReceipts(database, MongoLeases(database))


async def test_a_straggler_is_applied_too(receiver: Receiver, another: MongoReceipts) -> None:
    late = receiver.deleted("/Users/late")
    position = await another._reserve(1)
    await receiver.push_token(receiver.deleted("/Users/ann"))
    await receiver.eventually_states("applied")

    compact = receiver.issuer.sign(late)
    arrival = replace(ARRIVAL, jti=late.jti, token=compact, subject_uri="/Users/late")
    await another._insert([arrival], first=position)

    await receiver.eventually_states("applied", "applied")
    assert receiver.store.ids() == ["ann", "late"]
