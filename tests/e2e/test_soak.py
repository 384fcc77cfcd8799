"""The soak, small: services killed by chance under load, and nothing lost, doubled or inverted."""

import subprocess
import sys

import pytest
from support.cluster_stores import STORES

KILLS = 5
SECONDS = 280


@pytest.mark.parametrize("store", STORES)
def test_no_promise_is_broken_by_services_that_are_killed_by_chance(store: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "heliograph_soak", f"--kills={KILLS}", f"--store={store}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    promises = [line for line in ended.stdout.splitlines() if line.endswith("| 0 |")]
    assert len(promises) == 6
    assert f"## {KILLS} SIGKILLs on {store}" in ended.stdout
