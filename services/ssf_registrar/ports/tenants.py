"""Where tenants are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ssf_registrar.domain.journal import Cursor
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.ports.keys import PrivateJwk


class StaleTenantError(Exception):
    """The stored tenant is not the one that a change was made from."""


@dataclass(frozen=True, slots=True)
class TenantSnapshot:
    """Tenants, and the journal cursor at which this is what there was."""

    tenants: tuple[Tenant, ...]
    cursor: Cursor


class Tenants(Protocol):
    """Keeps tenants; each change is in the journal when it is stored, in one transaction.

    The default tenant is always there. Changes of a stored tenant raise `StaleTenantError`, storing
    nothing, unless the stored revision is the one before.
    """

    async def add(self, tenant: Tenant, private_jwks: Sequence[PrivateJwk]) -> None:
        """Store a new tenant and its keys; journal TENANT_CHANGED and the keys.

        Raises `TenantExistsError`, storing nothing, when the name is one's, or was.
        """

    async def get(self, name: str) -> Tenant | None:
        """Return a tenant, or None, also when it has been deleted."""

    async def all(self) -> tuple[Tenant, ...]:
        """Return the tenants by name, those being deleted too."""

    async def snapshot(self) -> TenantSnapshot:
        """Return the same with the cursor of that moment."""

    async def save(self, tenant: Tenant) -> None:
        """Store a changed tenant; journal TENANT_CHANGED."""

    async def close(self, tenant: Tenant) -> None:
        """Store that a tenant is being deleted; remove its tokens and streams; journal each."""

    async def note_purged(self, tenant: Tenant) -> None:
        """Store which services have purged; journal nothing."""

    async def bury(self, tenant: Tenant) -> None:
        """Remove all of a tenant but its name, to be used never again; journal TENANT_CHANGED.

        And KEY_ROTATED, so that nobody goes on remembering its keys.
        """
