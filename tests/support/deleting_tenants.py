"""The registrar's tenants that are being deleted, in memory."""

from dataclasses import dataclass, field

from servicekit.failures import RemoteUnavailableError


@dataclass
class MemoryTenants:
    """Tenants that are being deleted, and what was reported of them."""

    names: set[str] = field(default_factory=set)
    reported: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False
    asked: int = 0

    async def deleting(self) -> frozenset[str]:
        self.asked += 1
        if self.is_away:
            raise RemoteUnavailableError("UNAVAILABLE", "away")
        return frozenset(self.names)

    async def report_purged(self, tenant: str, service: str) -> None:
        if self.is_away:
            raise RemoteUnavailableError("UNAVAILABLE", "away")
        self.reported.append((tenant, service))
