"""What a supervised process does, with a stand-in for a service."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.eventually import eventually

from helio.child import Child
from helio.reports import Died, Failed, Report, Starting

SERVICE = "set-receiver"


class Supervised:
    """A child whose module is a script, and what it reports."""

    def __init__(self, folder: Path) -> None:
        self.reports: list[Report] = []
        self.is_ready = False
        self._folder = folder
        self.log = folder / "service.log"

    def child(self, script: str) -> Child:
        package = self._folder / "set_receiver"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(script)
        return Child(
            SERVICE,
            data=self._folder / "data",
            log=self.log,
            environment={**os.environ, "PYTHONPATH": str(self._folder)},  # noqa: TID251  handed down
            is_ready=self._readiness,
            report=self.reports.append,
        )

    async def _readiness(self) -> bool:
        return self.is_ready

    def seen(self, kind: type[Report]) -> Callable[[], bool]:
        return lambda: any(isinstance(report, kind) for report in self.reports)


@pytest.fixture
def supervised(tmp_path: Path) -> Supervised:
    return Supervised(tmp_path)


async def test_a_child_that_dies_is_started_again(supervised: Supervised) -> None:
    child = supervised.child("import sys; sys.exit('KeyError: of the child')")
    running = asyncio.create_task(child.keep_running())

    await eventually(lambda: child.restarts >= 1)
    child.stop()
    await running

    assert isinstance(supervised.reports[0], Starting)
    assert supervised.reports[1] == Died(SERVICE, 1, "KeyError: of the child", 0.2)
    assert child.ended.is_set()


async def test_a_child_that_cannot_start_is_not_started_again(supervised: Supervised) -> None:
    child = supervised.child("import sys; print('set-receiver: no', file=sys.stderr); sys.exit(2)")

    await child.keep_running()

    assert supervised.reports[1:] == [Failed("set-receiver: no", 2)]


async def test_a_child_that_once_was_ready_is_started_again_whatever_it_says(
    supervised: Supervised,
) -> None:
    supervised.is_ready = True
    go = supervised.log.parent / "go"
    child = supervised.child(
        f"import os, sys, time\nwhile not os.path.exists('{go}'): time.sleep(0.01)\nsys.exit(2)"
    )
    running = asyncio.create_task(child.keep_running())
    await child.was_ready.wait()

    go.touch()
    await eventually(supervised.seen(Died))
    child.stop()
    await running

    assert not supervised.seen(Failed)()


async def test_a_child_is_told_its_data_folder_and_ends_when_asked(supervised: Supervised) -> None:
    child = supervised.child("import sys, time; print(sys.argv, flush=True); time.sleep(600)")
    running = asyncio.create_task(child.keep_running())
    await eventually(lambda: supervised.log.exists() and supervised.log.read_text())

    child.stop()
    await running

    assert f"'--data', '{supervised.log.parent / 'data'}'" in supervised.log.read_text()
    assert not supervised.seen(Died)()


async def test_a_child_has_a_pipe_for_standard_input_that_stays_open(
    supervised: Supervised,
) -> None:
    child = supervised.child("import sys; sys.stdin.read()")
    running = asyncio.create_task(child.keep_running())
    await eventually(supervised.seen(Starting))

    child.kill()
    await eventually(supervised.seen(Died))
    child.stop()
    await running

    died = next(report for report in supervised.reports if isinstance(report, Died))
    assert died.code == -9
