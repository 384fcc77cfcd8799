"""The request log's part of a purge."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

from scim_gateway.ports.request_log import RequestLog
from servicekit.failures import StartError, StorageError

_AT_ONCE: Final = 500
"""Those who add wait for so many to be removed."""


@dataclass(frozen=True, slots=True)
class RequestLogPurge:
    """Removes a tenant's entries from the log that is open, or from one of former times."""

    log: Callable[[], RequestLog | None]
    """The open log; None while it is not open."""
    open: Callable[[], AbstractAsyncContextManager[RequestLog]]
    """Raises `StartError`."""
    is_off: bool
    """Whether nothing is logged now, so that the log is opened for the purge alone."""

    async def __call__(self, tenant: str) -> float | None:
        """Remove a part. Raises `StorageError`."""
        return 0.0 if await self._remove(tenant) else None

    async def _remove(self, tenant: str) -> int:
        if self.is_off:
            try:
                async with self.open() as opened:
                    return await opened.remove(tenant, limit=_AT_ONCE)
            except StartError as error:
                raise StorageError(str(error)) from error
        if (log := self.log()) is None:
            raise StorageError("the request log is not open")
        return await log.remove(tenant, limit=_AT_ONCE)
