"""What becomes of a start where the folder of schemas has a mistake."""

import asyncio
from importlib import import_module
from pathlib import Path

import pytest
from support.custom_schemas import attribute, schema, written

from servicekit.failures import StartError


@pytest.mark.parametrize(
    "module", ["scim_gateway", "resource_store", "set_transmitter", "set_receiver"]
)
async def test_no_service_that_reads_it_starts(tmp_path: Path, module: str) -> None:
    schemas = written(tmp_path / "schemas", schema("urn:example:Y", attribute("n", "text")))
    settings = import_module(f"{module}.settings").Settings(data=tmp_path, schemas=schemas)
    build = import_module(f"{module}.app").build

    with pytest.raises(StartError) as refused:
        async with build(settings, asyncio.Event()):
            pass

    assert str(refused.value).startswith(f"{schemas / '1.json'}: urn:example:Y:n.type: must be")
    assert _names_in(tmp_path) == ["schemas"]


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
