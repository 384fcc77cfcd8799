"""The demo, small: B follows A by push and by poll, whatever is killed, however late it joins."""

import subprocess
import sys

import pytest
from support.cluster_stores import STORES

SECONDS = 280


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("delivery", ["push", "poll"])
def test_the_follower_holds_what_the_leader_holds(delivery: str, store: str) -> None:
    ended = _demo("--store", store, "--delivery", delivery)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("B holds exactly what A holds.\n")


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("delivery", ["push", "poll"])
def test_nothing_is_lost_when_every_service_is_killed_in_turn(delivery: str, store: str) -> None:
    ended = _demo("--store", store, "--delivery", delivery, "--kill")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("SIGKILL of") == 10
    assert ended.stdout.endswith("B holds exactly what A holds.\n")


@pytest.mark.parametrize("delivery", ["push", "poll"])
def test_a_follower_that_joins_late_holds_what_the_leader_holds(delivery: str) -> None:
    ended = _demo("--delivery", delivery, "--join", "--users=300", "--groups=20")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "B joins A" in ended.stdout
    assert ended.stdout.endswith("B holds exactly what A holds.\n")


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "heliograph_demo", "--users=40", "--groups=6", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
