"""The password of a store's URL, and the master key, are nowhere but in environments."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from support.cluster import Cluster, free_port, helio, helio_in_foreground
from support.eventually import eventually
from support.registrar_storage import MASTER_KEY

PASSWORD = f"conspicuous{uuid4().hex}"
NOWHERE = f"mongodb://user:{PASSWORD}@127.0.0.1:1/?replicaSet=rs0"
KEY = {"HELIOGRAPH_MASTER_KEY": MASTER_KEY}


@pytest.fixture
def url_with_password(mongo_url: str) -> Iterator[str]:
    """Give a URL whose password MongoDB really asks for."""
    user = f"user-{uuid4().hex[:8]}"
    with MongoClient[dict[str, object]](mongo_url) as client:
        roles = ["readWriteAnyDatabase", "clusterMonitor"]
        client.admin.command("createUser", user, pwd=PASSWORD, roles=roles)
        name = parse_uri(mongo_url)["database"]
        host, port = client.primary or ("", 0)
        query = "replicaSet=rs0&authSource=admin"
        yield f"mongodb://{user}:{PASSWORD}@{host}:{port}/{name}?{query}"
        client.admin.command("dropUser", user)


def command_lines() -> str:
    """Return the command lines of all processes, as `ps` shows them to everybody."""
    listed = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True)
    return listed.stdout


def written_in(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_text(errors="replace") for path in files)


async def test_a_start_that_fails_shows_no_password(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with helio_in_foreground(
        *("up", "--data", str(data), "--port", str(free_port()), "--store", NOWHERE), **KEY
    ) as process:
        await eventually((data / "logs").exists, seconds=60)
        seen = command_lines()
        said, _ = process.communicate(timeout=120)

    assert process.returncode == 2
    assert str(data) in seen
    assert PASSWORD not in seen + said + written_in(data)


def test_a_running_cluster_shows_no_password_and_no_master_key(
    tmp_path: Path, url_with_password: str
) -> None:
    cluster = Cluster(tmp_path / "data", free_port())
    started = helio(
        *("up", "--detach", "--data", str(cluster.data), "--port", str(cluster.port)),
        *("--store", url_with_password),
        **KEY,
    )
    try:
        assert started.returncode == 0, started.stderr
        said = helio("hello", "--data", str(cluster.data))
        status = helio("status", "--data", str(cluster.data))
        shown = command_lines() + started.stdout + said.stdout + status.stdout

        assert (said.returncode, status.returncode) == (0, 0)
        assert str(cluster.data) in shown
        for secret in (PASSWORD, MASTER_KEY):
            assert secret not in shown + written_in(cluster.data)
    finally:
        cluster.stop()
