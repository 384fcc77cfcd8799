"""One service's process, started again whenever it ends unasked."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from helio.reports import Died, Failed, Ready, Report, Starting
from helio.service_log import last_error
from servicekit.faces import module_of

CANNOT_START = 2
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# A process that lived this long ended of something new, so the pauses begin anew.
_HEALTHY_SECONDS = 10.0


class Child:
    """A service under supervision.

    Its standard input is a pipe that nobody writes to: it closes when the supervisor dies, however
    that happens, and the service ends.
    """

    def __init__(
        self,
        service: str,
        *,
        data: Path,
        log: Path,
        environment: Mapping[str, str],
        is_ready: Callable[[], Awaitable[bool]],
        report: Callable[[Report], None],
    ) -> None:
        self.service = service
        self.pid: int | None = None
        self.restarts = 0
        self.was_ready = asyncio.Event()
        self.ended = asyncio.Event()
        self._command = [sys.executable, "-m", module_of(service), "--data", str(data)]
        self._log = log
        self._environment = environment
        self._is_ready = is_ready
        self._report = report
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    async def keep_running(self) -> None:
        """Run the service until `stop`, or until it says, at its first start, that it cannot start.

        The latter is reported as `Failed`, with the service's own line.
        """
        pause = _FIRST_PAUSE
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                code, error = await self._run_once()
                if self._stopping.is_set():
                    return
                if code == CANNOT_START and not self.was_ready.is_set():
                    line = error or f"{self.service} cannot start: see {self._log}"
                    self._report(Failed(line, CANNOT_START))
                    return
                if time.monotonic() - began > _HEALTHY_SECONDS:
                    pause = _FIRST_PAUSE
                self._report(Died(self.service, code, error, pause))
                await self._sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                self.restarts += 1
        finally:
            self.ended.set()

    def stop(self) -> None:
        """Ask the service to end."""
        self._stopping.set()
        self._signal(lambda process: process.terminate())

    def kill(self) -> None:
        """End the service at once."""
        self._signal(lambda process: process.kill())

    def _signal(self, send: Callable[[asyncio.subprocess.Process], None]) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                send(self._process)

    async def _run_once(self) -> tuple[int, str]:
        with self._log.open("ab") as log:
            beginning = log.tell()
            began = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                # Ctrl-C is for the supervisor, which stops the services in order.
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._report(Starting(self.service, self.pid))
        if self._stopping.is_set():
            self.stop()
        watching = asyncio.create_task(self._watch_readiness(began))
        try:
            code = await self._process.wait()
        finally:
            watching.cancel()
            self.pid = None
        return code, last_error(self._log, since=beginning)

    async def _watch_readiness(self, began: float) -> None:
        while not await self._is_ready():  # noqa: ASYNC110  another process cannot set an event
            await asyncio.sleep(0.05)
        self._report(Ready(self.service, time.monotonic() - began))
        self.was_ready.set()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
