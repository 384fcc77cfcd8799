"""Running the five services: start, watch, stop in order."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import aiohttp

from helio.child import CANNOT_START, Child
from helio.data_folder import ClusterState, DataFolder
from helio.ports import check_ports
from helio.readiness import is_ready
from helio.reports import Died, Failed, Ready, Report, Starting, Stopped, Stopping, Up
from helio.settings import ClusterSettings, child_environment
from helio.stores import owned_store
from servicekit.faces import FACES
from servicekit.failures import StartError

_START_SECONDS = 60.0
# All of it ends within 5 s: those that take work in before those that it goes to.
_STOP_ORDER = (
    ("scim-gateway", "set-receiver"),
    ("set-transmitter",),
    ("ssf-registrar", "resource-store"),
)
_PHASE_SECONDS = 1.4
_STOP_SECONDS = 4.5
_END_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


async def supervise(settings: ClusterSettings, report: Callable[[Report], None]) -> int:
    """Run a cluster until SIGTERM, SIGINT or SIGHUP; return the exit code.

    What keeps it from starting is reported as `Failed`: exit code 2 is for what the user can mend.
    """
    folder = DataFolder(settings.data)
    try:
        folder.prepare()
        with folder.owned(), owned_store(settings):
            folder.refuse_half_restored()
            # The services of a supervisor that was killed need a moment to end.
            await check_ports(settings, patient=folder.state() is not None)
            failure = await Supervisor(settings, folder, report).run()
    except StartError as error:
        failure = Failed(str(error), CANNOT_START)
    if failure is None:
        return 0
    report(failure)
    return failure.exit_code


class Supervisor:
    """The services of one data folder, and what is going on with them."""

    def __init__(
        self, settings: ClusterSettings, folder: DataFolder, report: Callable[[Report], None]
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._report = report
        self._started = time.time()
        self._ending = asyncio.Event()
        self._failure: Failed | None = None
        self._awaited = set(FACES)
        self._children: dict[str, Child] = {}

    async def run(self) -> Failed | None:
        """Run until a signal, or until the start has failed."""
        async with aiohttp.ClientSession() as session:
            self._children = {service: self._child(service, session) for service in FACES}
            with self._listening_to_signals(), self._deadline():
                async with asyncio.TaskGroup() as tasks:
                    for child in self._children.values():
                        tasks.create_task(child.keep_running())
                    await self._ending.wait()
                    await self._stop()
        return self._failure

    def _child(self, service: str, session: aiohttp.ClientSession) -> Child:
        given = self._settings.admin_token
        admin_token = self._folder.admin_token() if given is None else given.get_secret_value()
        return Child(
            service,
            data=self._settings.data,
            log=self._folder.log_of(service),
            environment=child_environment(self._settings, service, admin_token=admin_token),
            is_ready=lambda: is_ready(session, self._settings, service),
            report=self._note,
        )

    def _note(self, report: Report) -> None:
        match report:
            case Failed():
                self._fail(report)
                return
            case Starting() | Died():
                self._write_state()
        self._report(report)
        match report:
            case Ready(service, _) if self._awaited:
                self._awaited.discard(service)
                if not self._awaited:
                    self._report(Up())

    def _write_state(self) -> None:
        children = self._children.values()
        self._folder.write_state(
            ClusterState(
                pid=os.getpid(),
                port=self._settings.port,
                started=self._started,
                services={child.service: child.pid for child in children if child.pid is not None},
                restarts={child.service: child.restarts for child in children},
            )
        )

    def _fail(self, failure: Failed) -> None:
        self._failure = self._failure or failure
        self._ending.set()

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        def look() -> None:
            if self._awaited:
                names = ", ".join(sorted(self._awaited))
                sentence = f"not ready after {_START_SECONDS:.0f} s: {names}"
                self._fail(Failed(f"{sentence}; see {self._folder.logs}", 1))

        timer = asyncio.get_running_loop().call_later(_START_SECONDS, look)
        yield
        timer.cancel()

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _END_SIGNALS:
            loop.add_signal_handler(number, self._ending.set)
        yield
        for number in _END_SIGNALS:
            loop.remove_signal_handler(number)

    async def _stop(self) -> None:
        began = time.monotonic()
        self._report(Stopping())
        for phase in _STOP_ORDER:
            for service in phase:
                self._children[service].stop()
            await self._wait_for_end(phase, _PHASE_SECONDS)
        await self._wait_for_end(FACES, began + _STOP_SECONDS - time.monotonic())
        late = tuple(name for name, child in self._children.items() if not child.ended.is_set())
        for service in late:
            self._children[service].kill()
        await self._wait_for_end(late, None)
        self._report(Stopped(time.monotonic() - began, late))

    async def _wait_for_end(self, services: Iterable[str], seconds: float | None) -> None:
        waiting = [self._children[service].ended.wait() for service in services]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*waiting), seconds)
