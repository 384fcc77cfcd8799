"""Fixtures of services that run on either store."""

import pytest
from support.registrar_storage import MASTER_KEY


@pytest.fixture(params=["sqlite", "mongodb"])
def store_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give what makes a service keep its state in the one store and in the other."""
    if request.param == "sqlite":
        return {}
    return {"store": request.getfixturevalue("mongo_url"), "master_key": MASTER_KEY}
