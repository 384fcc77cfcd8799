"""Whole clusters on either store."""

from collections.abc import Iterator, Mapping

import pytest
from support.mongo import fresh_databases
from support.registrar_storage import MASTER_KEY

STORES = ("sqlite", "mongodb")


@pytest.fixture(scope="module", params=STORES)
def cluster_store(request: pytest.FixtureRequest) -> Iterator[Mapping[str, str]]:
    """Give what of a cluster's environment says where it keeps its state."""
    if request.param == "sqlite":
        yield {}
        return
    with fresh_databases(request.getfixturevalue("mongod")) as url:
        yield {"HELIOGRAPH_STORE": url, "HELIOGRAPH_MASTER_KEY": MASTER_KEY}
