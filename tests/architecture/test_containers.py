"""What containers are told follows from the one table of faces."""

import re
from pathlib import Path

import pytest

from heliograph_compose.edge import CONFIGURATION, edge_configuration
from servicekit.faces import FACES, module_of

COMPOSE = (Path(__file__).resolve().parents[2] / "compose.yaml").read_text()


def section(service: str) -> str:
    """Return the part of compose.yaml that is about a service."""
    found = re.search(rf"^  {service}:\n((?:    .*\n)+)", COMPOSE, re.MULTILINE)
    assert found is not None, f"compose.yaml has no {service}"
    return found[1]


def test_the_edges_configuration_is_what_the_table_makes() -> None:
    assert CONFIGURATION.read_text() == edge_configuration(), "run `make edge`"


@pytest.mark.parametrize("service", FACES)
def test_each_service_runs_its_own_program(service: str) -> None:
    assert f"command: [python, -m, {module_of(service)}]" in section(service)


@pytest.mark.parametrize("service", FACES)
def test_each_service_is_asked_for_its_health_at_its_own_port(service: str) -> None:
    port = 8080 + FACES[service].port_offset

    assert f'servicekit.readiness, "{port}"]' in section(service)


@pytest.mark.parametrize("service", FACES)
def test_each_service_is_given_its_own_key_alone(service: str) -> None:
    given = re.findall(r":/certificates/(\S+?)-key\.pem:ro", section(service))

    assert given == [service]
