from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.in_process import free_port
from support.running_gateway import Gateway, configured

from scim_gateway.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", port=free_port())


@pytest.fixture
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    async with configured(settings) as gateway:
        yield gateway
