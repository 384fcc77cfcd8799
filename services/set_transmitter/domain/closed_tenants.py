"""The tenants for which nothing more is kept."""

from collections.abc import Iterable


class ClosedTenants:
    """Those that are being deleted, as far as this process knows; none is ever opened again."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __contains__(self, tenant: str) -> bool:
        return tenant in self._names

    def close(self, tenants: Iterable[str]) -> None:
        """Add tenants."""
        self._names.update(tenants)
