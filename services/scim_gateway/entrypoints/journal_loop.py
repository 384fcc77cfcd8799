"""Keeps remembered tokens and tenants true: what changes takes effect within a second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from scim_gateway.ports.journal import Journal, JournalEntry, TenantChanged, TokenChanged
from servicekit.bearer import BearerTokens
from servicekit.failures import CursorLostError, RemoteError
from servicekit.following import follow
from servicekit.signals import News


@dataclass(frozen=True, slots=True)
class JournalLoop:
    """Follows the journal: forgets each token, and takes in each tenant, that it names."""

    journal: Journal
    tokens: BearerTokens
    directory: TenantDirectory
    forget_jwts: Callable[[], None]
    """Forgets what was verified by what was configured before."""
    news: News
    """Told when a tenant has changed, or may have."""

    async def run(self) -> None:
        """Run until cancelled."""
        await follow("registrar-journal", start=self._start, read=self._read, handle=self._take_in)

    async def _start(self) -> str:
        """Forget all after taking the cursor, so that no change falls between the two."""
        cursor = await self.directory.load()
        self.tokens.forget_all()
        self.forget_jwts()
        self.directory.is_current = True
        self.news.publish()
        return cursor

    async def _read(self, cursor: str) -> tuple[Sequence[JournalEntry], str]:
        try:
            read = await self.journal.read(cursor)
        except (RemoteError, CursorLostError):
            self.directory.is_current = False
            raise
        self.directory.is_current = True
        return read

    async def _take_in(self, entries: Sequence[JournalEntry], _cursor: str) -> None:
        for entry in entries:
            match entry:
                case TokenChanged(token_hash):
                    self.tokens.forget(token_hash)
                case TenantChanged(tenant):
                    await self.directory.reload(tenant)
                    self.forget_jwts()
                    self.news.publish()
