"""How a cluster starts and ends, with its data and its processes."""

import json
import os
import signal
import urllib.request
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from support.cluster import (
    Cluster,
    free_port,
    helio,
    helio_in_foreground,
    is_alive,
    running_cluster,
)
from support.custom_schemas import written
from support.eventually import eventually

# Stopping is to take 5 s at most; a test waits up to ten times that.
STOP_SECONDS = 50
PERSON = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "zoë@example.com",
    "displayName": "Ζωή Παπαδοπούλου",
}


def test_a_second_start_finds_everything_again(
    tmp_path: Path, cluster_store: Mapping[str, str]
) -> None:
    with running_cluster(tmp_path / "data", cluster_store) as cluster:
        created = _request(cluster, "POST", "/scim/v2/Users", PERSON)
        stream = helio("hello", "--data", str(cluster.data))
        token = cluster.admin_token
        cluster.stop()

        again = cluster.start()

        assert (stream.returncode, again.returncode) == (0, 0)
        assert _request(cluster, "GET", f"/scim/v2/Users/{created['id']}") == created
        assert cluster.admin_token == token


async def test_services_end_with_their_supervisor_and_leave_a_usable_folder(
    tmp_path: Path,
) -> None:
    with running_cluster(tmp_path / "data") as cluster:
        services = cluster.pids().values()

        os.kill(cluster.status()["pid"], signal.SIGKILL)

        await eventually(lambda: not any(map(is_alive, services)), seconds=STOP_SECONDS)
        assert cluster.start().returncode == 0


async def test_down_ends_every_process(tmp_path: Path) -> None:
    with running_cluster(tmp_path / "data") as cluster:
        supervisor = cluster.status()["pid"]
        processes = [supervisor, *cluster.pids().values()]

        down = cluster.stop()

        await eventually(lambda: not any(map(is_alive, processes)), seconds=STOP_SECONDS)
        assert down.returncode == 0
        assert "killing" not in cluster.log("supervisor")
        assert not (cluster.data / "cluster.json").exists()


def test_down_where_nothing_runs_is_no_failure(tmp_path: Path) -> None:
    down = helio("down", "--data", str(tmp_path / "data"))

    assert (down.returncode, down.stdout) == (0, "nothing runs\n")


def test_ctrl_c_stops_all_of_a_cluster_in_the_foreground(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data", free_port())
    with helio_in_foreground(
        "up", "--data", str(cluster.data), "--port", str(cluster.port)
    ) as process:
        assert process.stdout is not None
        started = list(takewhile(lambda line: "Ctrl-C stops it" not in line, process.stdout))
        services = cluster.pids().values()

        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=STOP_SECONDS)

    assert "all services are ready\n" in started
    assert process.returncode == 0
    assert rest.splitlines()[-2] == "stopping"
    assert not any(map(is_alive, services))


def test_a_given_admin_token_is_used_and_not_printed(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data", free_port())
    given = {"HELIOGRAPH_ADMIN_TOKEN": "given-by-the-operator"}
    started = helio(
        *("up", "--detach", "--data", str(cluster.data), "--port", str(cluster.port)), **given
    )
    try:
        with_it = helio("hello", "--data", str(cluster.data), **given)
        without_it = helio("hello", "--data", str(cluster.data))

        assert (started.returncode, with_it.returncode, without_it.returncode) == (0, 0, 1)
        assert "given-by-the-operator" not in started.stdout
        assert "HELIOGRAPH_ADMIN_TOKEN" in without_it.stderr
        assert not (cluster.data / "secrets" / "admin-token").exists()
    finally:
        cluster.stop()


def test_a_service_that_cannot_start_stops_the_start_with_its_own_line(tmp_path: Path) -> None:
    started = helio(
        *("up", "--detach", "--data", str(tmp_path / "data"), "--port", str(free_port())),
        HELIOGRAPH_ADMIN_TOKEN="short",
    )

    assert started.returncode == 2
    (line,) = started.stderr.splitlines()
    assert line.startswith("helio: ssf-registrar: HELIOGRAPH_ADMIN_TOKEN: must be at least 16")


@pytest.mark.parametrize(
    ("arguments", "part_of_the_cure"),
    [
        pytest.param(["up", "--foo"], "No such option: --foo", id="an unknown flag"),
        pytest.param(["up", "--port", "99999"], "65531", id="a port that is none"),
        pytest.param(["start"], "No such command 'start'", id="an unknown command"),
        pytest.param(["up", "--store", "mysql://u:p@h"], "mysql: is no store", id="another store"),
        pytest.param(
            ["up", "--store", "mongodb://u:p@h"], "HELIOGRAPH_MASTER_KEY is not set", id="no key"
        ),
        pytest.param(["up", "--replicas", "2"], "leave --replicas out", id="replicas"),
        pytest.param(
            ["up", "--data", "/dev/null/data"], "choose another --data", id="below a file"
        ),
        pytest.param(["up", "--data", "/proc"], "choose another --data", id="an unwritable one"),
        pytest.param(["hello", "--data", "/nonexistent"], "`helio up` starts it", id="no cluster"),
        pytest.param(
            ["backup", "--data", "/nonexistent"], "there is no cluster", id="nothing to back up"
        ),
        pytest.param(["restore", "/nonexistent"], "is no backup", id="no backup"),
    ],
)
def test_what_the_user_can_mend_is_one_line(arguments: list[str], part_of_the_cure: str) -> None:
    ended = helio(*arguments)

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert part_of_the_cure in line


def test_a_mistake_in_a_schema_is_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    schemas = written(tmp_path / "schemas", {"id": "urn:x:Y", "attributes": [{"name": "n"}]})

    up = helio("up", "--data", str(tmp_path / "data"), "--schemas", str(schemas))

    assert up.returncode == 2
    (line,) = up.stderr.splitlines()
    assert line.startswith(
        f"helio: {schemas / '1.json'}: urn:x:Y:n: has no type: it must be one of"
    )
    assert not (tmp_path / "data").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    before = tmp_path.stat()

    ended = helio("up", "--data", str(tmp_path))

    assert ended.returncode == 2
    assert "has other files in it" in ended.stderr
    assert tmp_path.stat().st_mode == before.st_mode


def _request(cluster: Cluster, method: str, path: str, body: object = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  an http URL
        cluster.url("scim-gateway", path),
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {cluster.admin_token}",
            "Content-Type": "application/scim+json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  as above
        answer: dict[str, Any] = json.load(response)
        return answer
