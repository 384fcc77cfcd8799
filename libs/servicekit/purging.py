"""Purging what a service keeps of tenants that are being deleted, until nothing is left."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from servicekit.failures import RemoteError, StorageError
from servicekit.signals import News

_LOOK_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 1.0

_log = structlog.get_logger()

Purge = Callable[[str], Awaitable[float | None]]
"""Removes a part of what there is of a tenant; to be repeated, after a crash too.

Returns after how many seconds to go on; None when nothing is left and nothing can come.
"""


class DeletingTenants(Protocol):
    """The tenants that are being deleted, as the registrar has them."""

    async def deleting(self) -> frozenset[str]:
        """Return them. Raises `RemoteError`."""

    async def report_purged(self, tenant: str, service: str) -> None:
        """Tell that nothing more of a tenant is kept; a tenant may be gone by then.

        Raises `RemoteError`.
        """


@dataclass(slots=True)
class PurgeLoop:
    """Purges each tenant that is being deleted, and reports it; begins anew at every start."""

    tenants: DeletingTenants
    close: Callable[[Collection[str]], Awaitable[None]]
    """Lets nothing more be kept of tenants; called before their purge, and again and again."""
    purges: Mapping[str, Purge]
    """By the service for which the end is reported."""
    news: News
    """Published when a tenant may have changed."""
    _reported: set[tuple[str, str]] = field(default_factory=set)
    _works: bool = True

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            edition = self.news.edition
            try:
                await self._purge_until_news(edition)
            except (RemoteError, StorageError) as error:
                self._tell(error)
                await self.news.wait_past(edition, seconds=_AGAIN_SECONDS)
            else:
                self._works = True
                await self.news.wait_past(edition, seconds=_LOOK_SECONDS)

    async def _purge_until_news(self, edition: int) -> None:
        """Take a step of each purge in turn, so that none waits for another's end."""
        left = await self._begun()
        while left:
            pauses = {purge: await self._step(*purge) for purge in sorted(left)}
            left = {purge for purge, pause in pauses.items() if pause is not None}
            if self.news.edition != edition:
                return
            pause = min((pause for pause in pauses.values() if pause is not None), default=0.0)
            if pause:
                await self.news.wait_past(edition, seconds=pause)

    async def _begun(self) -> set[tuple[str, str]]:
        """Close the tenants that are being deleted, and return what is to be purged of which."""
        tenants = await self.tenants.deleting()
        if tenants:
            await self.close(tenants)
        every = {(tenant, service) for tenant in tenants for service in self.purges}
        self._reported &= every
        return every - self._reported

    async def _step(self, tenant: str, service: str) -> float | None:
        """Take a step; one that fails is taken again, and holds no other up."""
        try:
            pause = await self.purges[service](tenant)
            if pause is None:
                await self.tenants.report_purged(tenant, service)
        except (RemoteError, StorageError) as error:
            self._tell(error)
            return _AGAIN_SECONDS
        if pause is None:
            self._reported.add((tenant, service))
            _log.info("tenant.purged", tenant=tenant, service=service)
        return pause

    def _tell(self, error: Exception) -> None:
        """Tell once, not with each attempt."""
        if self._works:
            _log.warning("tenant.not_purged", error=str(error))
        self._works = False


async def close_nothing(_tenants: Collection[str]) -> None:
    """Leave it to others to let nothing more be kept."""


class Quiet:
    """Makes a purge wait for what was under way as it began, since that may still be written."""

    def __init__(self, purge: Purge, *, seconds: float, clock: Callable[[], float]) -> None:
        self._purge = purge
        self._seconds = seconds
        self._clock = clock
        self._began: dict[str, float] = {}

    async def __call__(self, tenant: str) -> float | None:
        """Purge, and say that something may come while the time is not over."""
        began = self._began.setdefault(tenant, self._clock())
        left = began + self._seconds - self._clock()
        pause = await self._purge(tenant)
        return max(left, 0.01) if pause is None and left > 0 else pause
