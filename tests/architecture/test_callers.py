"""The table of callers, the import-linter contracts and the code draw one picture."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.contracts import rpcs

from servicekit.callers import CALLERS
from servicekit.faces import FACES, module_of

ROOT = Path(__file__).resolve().parents[2]
HEALTH = "/grpc.health.v1.Health/Check"


def package_of(rpc: str) -> str:
    """Return "heliograph.ssf" of "/heliograph.ssf.v1.KeyService/GetSigningKey"."""
    return ".".join(rpc.strip("/").split(".")[:2])


def protected_packages() -> Mapping[str, set[str]]:
    """Return the packages that contracts protect, and the modules that may import each."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {
        contract["protected_modules"][0]: set(contract["allowed_importers"])
        for contract in contracts["contracts"]
        if contract["type"] == "protected"
    }


def test_every_rpc_is_in_the_table_and_nothing_else_is() -> None:
    assert sorted(CALLERS) == sorted([*rpcs(), HEALTH])


def test_every_caller_is_a_service() -> None:
    assert set().union(*CALLERS.values()) <= set(FACES)


def test_any_service_may_ask_whether_another_is_well() -> None:
    assert CALLERS[HEALTH] == set(FACES)


@pytest.mark.parametrize("package", sorted({package_of(rpc) for rpc in rpcs()}))
def test_import_linter_allows_the_same_callers(package: str) -> None:
    callers = set().union(*(CALLERS[rpc] for rpc in rpcs() if package_of(rpc) == package))

    importers = {name for name in protected_packages()[package] if name.endswith(".adapters")}

    assert importers == {f"{module_of(caller)}.adapters" for caller in callers}


@pytest.mark.parametrize("service", FACES)
def test_a_service_may_call_what_its_adapters_call(service: str) -> None:
    adapters = (ROOT / "services" / module_of(service)).glob("adapters/**/*.py")
    code = "\n".join(path.read_text() for path in adapters)

    called = {rpc for rpc in rpcs() if re.search(rf"\.{rpc.rpartition('/')[2]}\b", code)}

    assert called == {rpc for rpc in rpcs() if service in CALLERS[rpc]}
