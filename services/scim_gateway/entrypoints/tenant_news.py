"""Tells when a tenant may have changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from scim_gateway.ports.tenant_journal import TenantJournal
from servicekit.following import follow
from servicekit.signals import News


@dataclass(frozen=True, slots=True)
class TenantNews:
    """Follows the journal, and publishes its news of tenants."""

    journal: TenantJournal
    news: News

    async def run(self) -> None:
        """Run until cancelled."""
        await follow(
            "registrar-journal-of-tenants",
            start=self._start,
            read=self.journal.changed_since,
            handle=self._publish,
        )

    async def _start(self) -> str:
        """Publish after taking the cursor, so that no change falls between the two."""
        cursor = await self.journal.newest()
        self.news.publish()
        return cursor

    async def _publish(self, _tenants: Sequence[str], _cursor: str) -> None:
        self.news.publish()
