"""Writes the request log, beside the requests: none waits for it, and none fails by it."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final

import structlog

from scim_gateway.domain.exchanges import Exchange
from scim_gateway.domain.masked_exchanges import masked
from scim_gateway.domain.request_log import Entry
from scim_gateway.domain.secret_names import SecretNames
from scim_gateway.entrypoints.exchange_queue import ExchangeQueue, dropped, kept
from scim_gateway.ports.request_log import RequestLog
from servicekit.failures import StorageError

_log = structlog.get_logger()
_GATHER_SECONDS: Final = 0.2
_PAUSE_SECONDS: Final = 5.0
_TRIM_SECONDS: Final = 60.0
_LONGEST_WRITE_SECONDS: Final = 10.0
_LAST_SECONDS: Final = 1.0
"""How long the end of the service may wait for what is not written yet."""
_AT_ONCE: Final = 200
_DAY: Final = 86_400 * 1_000_000


class LogNotOpenError(StorageError):
    """The log is to be changed, and cannot be now."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long and how much is kept."""

    days: int
    max_bytes: int


@dataclass(slots=True)
class RequestLogLoop:
    """Masks what is in the queue and writes it, and removes what is too old or too much.

    The log is opened here and not at the start, so that a gateway starts and works without it.
    """

    queue: ExchangeQueue
    names: SecretNames
    open: Callable[[], AbstractAsyncContextManager[RequestLog]]
    """Raises `StartError`."""
    retention: Retention
    log: RequestLog | None = None
    """None while it is not open."""
    _unwritten: list[Entry] = field(default_factory=list)
    _works: bool = True
    _is_writing: bool = False
    _rounds: int = 0

    async def run(self) -> None:
        """Run until cancelled; then write what there still is."""
        while True:
            try:
                async with self.open() as log:
                    self.log = log
                    await self._keep_all(log)
            except Exception as error:  # noqa: BLE001  whatever it is, requests go on
                self._tell(error)
            finally:
                self.log = None
            await asyncio.sleep(_PAUSE_SECONDS)

    async def forget(self, tenant: str, resource_id: str, names: Collection[str]) -> int:
        """Remove what there is about a resource and names; return how many entries that were.

        What is on its way into the log is waited for. Raises `LogNotOpenError`.
        """
        if self.log is None:
            raise LogNotOpenError("the request log is not open: the gateway's own log says why")
        async with asyncio.timeout(_LONGEST_WRITE_SECONDS):
            await self._written()
        about = frozenset(name.lower() for name in (resource_id, *names))
        return await self.log.forget(tenant, about, quoted=resource_id)

    async def _written(self) -> None:
        """Return when what is on its way now is in the log, whatever comes after it."""
        last = self.queue.taken + len(self.queue)
        # Within a moment, and once in a blue moon: no event is worth it.
        while self.queue.taken < last:  # noqa: ASYNC110
            await asyncio.sleep(_GATHER_SECONDS)
        rounds = self._rounds
        while self._is_writing and self._rounds == rounds:  # noqa: ASYNC110
            await asyncio.sleep(_GATHER_SECONDS)

    async def _keep_all(self, log: RequestLog) -> None:
        trimmed = -_TRIM_SECONDS
        try:
            while True:
                if time.monotonic() - trimmed >= _TRIM_SECONDS:
                    trimmed = time.monotonic()
                    await self._trim(log)
                await self.queue.wait(seconds=_TRIM_SECONDS)
                if len(self.queue) < _AT_ONCE:
                    await asyncio.sleep(_GATHER_SECONDS)
                await self._keep_some(log)
        except asyncio.CancelledError:
            await self._keep_the_last(log)
            raise

    async def _keep_the_last(self, log: RequestLog) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                while self._unwritten or len(self.queue):
                    await self._keep_some(log)

    async def _keep_some(self, log: RequestLog) -> None:
        self._is_writing = True
        try:
            await self._mask(self.queue.take(_AT_ONCE))
            await self._add(log)
        finally:
            self._is_writing = False
            self._rounds += 1

    async def _add(self, log: RequestLog) -> None:
        entries = self._unwritten
        if not entries:
            return
        try:
            await log.add(entries)
        except StorageError as error:
            dropped.labels("not stored").inc(len(entries))
            self._tell(error)
        else:
            kept.inc(len(entries))
            self._works = True
        # An addition that was cancelled does not come here: it is repeated, and adds nothing twice.
        self._unwritten = []

    async def _mask(self, exchanges: Sequence[Exchange]) -> None:
        for exchange in exchanges:
            try:
                self._unwritten.append(masked(exchange, self.names))
            except Exception as error:  # noqa: BLE001  the others are worth going on for
                dropped.labels("not masked").inc()
                # Never its text: that may repeat what the client sent.
                _log.error("request_log.not_masked", error=type(error).__name__)
            # One at a time, so that requests are answered in between.
            await asyncio.sleep(0)

    async def _trim(self, log: RequestLog) -> None:
        before = time.time_ns() // 1000 - self.retention.days * _DAY
        try:
            await log.trim(before=before, max_bytes=self.retention.max_bytes)
        except StorageError as error:
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Tell once, not with each attempt."""
        if self._works:
            _log.warning("request_log.unavailable", error=str(error) or type(error).__name__)
        self._works = False
