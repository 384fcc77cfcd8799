"""What a person sees of a cluster that runs."""

import os
import signal
import stat
from pathlib import Path

import pytest
from support.cluster import Cluster, helio
from support.eventually import eventually

from servicekit.faces import FACES


def test_hello_shows_a_signed_set_and_verifies_it(cluster: Cluster) -> None:
    said = helio("hello", "--data", str(cluster.data))

    assert (said.returncode, said.stderr) == (0, "")
    assert "urn:ietf:params:scim:event:prov:create:full" in said.stdout
    assert "verified: RS256, kid " in said.stdout
    assert said.stdout.endswith(f"helio down --data {cluster.data}\n")


def test_hello_leaves_nothing_behind(cluster: Cluster) -> None:
    first = helio("hello", "--data", str(cluster.data))
    second = helio("hello", "--data", str(cluster.data))

    assert (first.returncode, second.returncode) == (0, 0)


def test_status_tells_of_every_service(cluster: Cluster) -> None:
    status = cluster.status()

    assert [row["service"] for row in status["services"]] == list(FACES)
    assert all(row["ready"] for row in status["services"])
    assert helio("status", "--data", str(cluster.data)).returncode == 0


def test_the_admin_token_is_for_its_owner_alone(cluster: Cluster) -> None:
    token = cluster.data / "secrets" / "admin-token"

    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


def test_no_log_has_the_admin_token(cluster: Cluster) -> None:
    helio("hello", "--data", str(cluster.data))

    logs = [path.read_text() for path in (cluster.data / "logs").iterdir()]

    assert not any(cluster.admin_token in log for log in logs)


def test_a_data_folder_has_one_owner(cluster: Cluster) -> None:
    second = helio("up", "--data", str(cluster.data), "--detach")

    pid = cluster.status()["pid"]
    expected = f"helio: already running (pid {pid}); `helio down` stops it\n"
    assert (second.returncode, second.stdout, second.stderr) == (2, "", expected)


def test_up_can_leave_a_running_cluster_alone(cluster: Cluster) -> None:
    again = helio("up", "--data", str(cluster.data), "--detach", "--if-stopped")

    assert again.returncode == 0
    assert again.stdout.startswith("already running")


@pytest.mark.parametrize("first_of_ours", ["scim-gateway", "resource-store"])
def test_a_taken_port_is_named_with_the_cure(
    cluster: Cluster, tmp_path: Path, first_of_ours: str
) -> None:
    taken = cluster.port
    first = taken - FACES[first_of_ours].port_offset
    started = helio("up", "--detach", "--data", str(tmp_path), "--port", str(first))

    assert started.returncode == 2
    assert started.stderr == (
        f"helio: port {taken} is taken: end what listens there, or choose others by --port N"
        " (N to N+4 are used)\n"
    )


@pytest.mark.parametrize("service", FACES)
async def test_a_service_that_dies_is_restarted_and_the_fact_is_shown(
    cluster: Cluster, service: str
) -> None:
    killed = cluster.pids()[service]

    os.kill(killed, signal.SIGKILL)

    await eventually(lambda: _is_back(cluster, service, killed), seconds=60)
    assert f"{service} was killed by SIGKILL; restarting in " in cluster.log("supervisor")


def _is_back(cluster: Cluster, service: str, killed: int) -> bool:
    (row,) = (row for row in cluster.status()["services"] if row["service"] == service)
    return row["pid"] not in {None, killed} and row["ready"]
