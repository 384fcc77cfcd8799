"""What only MongoDB has to do: remove by itself, and keep what several gateways add."""

from datetime import UTC, datetime, timedelta

from support.eventually import eventually
from support.request_log_entries import NOW, entry

from scim_gateway.adapters.mongo.request_log import MongoRequestLog, open_mongo_log
from scim_gateway.adapters.mongo.schema import MIGRATIONS, REQUESTS
from scim_gateway.domain.request_log import Selection
from servicekit.mongo import open_mongo


async def test_mongodb_is_told_when_an_entry_expires(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "scim-gateway", MIGRATIONS) as database:
        await MongoRequestLog(database, days=3).add([entry(0)])

        document = await eventually(database[REQUESTS].find_one)
        indexes = await database[REQUESTS].index_information()

    answered = datetime.fromtimestamp(NOW / 1_000_000, UTC)
    assert document["expires"] == answered + timedelta(days=3)
    assert indexes["request_expires"]["key"] == [("expires", 1)]
    assert indexes["request_expires"]["expireAfterSeconds"] == 0


async def test_several_gateways_have_one_log(mongo_url: str) -> None:
    async with (
        open_mongo_log(mongo_url, "scim-gateway", days=14) as one,
        open_mongo_log(mongo_url, "scim-gateway", days=14) as other,
    ):
        await one.add([entry(1)])
        await other.add([entry(2)])

        lines = await one.page(Selection("default"), beyond="", is_newest_first=False, limit=10)

    assert [line.id for line in lines] == [entry(1).line.id, entry(2).line.id]
