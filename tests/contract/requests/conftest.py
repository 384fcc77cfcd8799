"""The places that keep the request log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scim_gateway.adapters.mongo.request_log import open_mongo_log
from scim_gateway.adapters.sqlite.request_log import open_sqlite
from scim_gateway.ports.request_log import RequestLog


@pytest.fixture(params=["sqlite", "mongodb"])
async def request_log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RequestLog]:
    if request.param == "sqlite":
        async with open_sqlite(tmp_path / "requests.db") as opened:
            yield opened
        return
    url = request.getfixturevalue("mongo_url")
    # Entries of the tests are of the future, so that MongoDB leaves them alone.
    async with open_mongo_log(url, "scim-gateway", days=14) as mongo_log:
        yield mongo_log
