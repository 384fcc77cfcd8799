"""Tenants: who they are, and what is configured for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from ssf_registrar.domain.errors import (
    DefaultTenantError,
    InvalidRequestError,
    TenantDeletingError,
    TenantNotDeletingError,
)
from ssf_registrar.domain.tokens import DEFAULT_TENANT

PURGING_SERVICES: Final = ("resource-store", "scim-gateway", "set-transmitter", "set-receiver")
"""Those whose data of a tenant must be gone before the tenant is."""
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


class TenantState(StrEnum):
    """What may be done with a tenant."""

    ACTIVE = "active"
    DELETING = "deleting"
    """Nobody gets in any more, and every service purges what it keeps."""


@dataclass(frozen=True, slots=True)
class DeletionBrake:
    """More deletions and deactivations than `changes` within `minutes` are held; 0: no brake."""

    changes: int
    minutes: int


@dataclass(frozen=True, slots=True)
class JwtIssuer:
    """Whose JWTs let SCIM clients in, and as whom."""

    issuer: str
    audiences: tuple[str, ...]
    jwks_uri: str = ""
    jwks: Mapping[str, object] | None = None
    """A JWK Set of public keys (RFC 7517 section 5), where there is no `jwks_uri`."""
    required_scope: str = ""
    me_claim: str = ""
    me_attribute: str = ""


@dataclass(frozen=True, slots=True)
class TenantConfiguration:
    """What is configured for a tenant; None is as the services' own settings say."""

    profile: str | None = None
    deletion_brake: DeletionBrake | None = None
    retention_days: int | None = None
    reuses_ids: bool | None = None
    jwt_issuers: tuple[JwtIssuer, ...] = ()
    is_authoritative_for_emails: bool | None = None
    """Whether the tenant assigns its people's addresses (RISC 1.0 section 2.5)."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant; its name is in its issuer, which is for ever."""

    name: str
    display_name: str = ""
    configuration: TenantConfiguration = field(default_factory=TenantConfiguration)
    state: TenantState = TenantState.ACTIVE
    created: int = 0
    """Microseconds since 1970-01-01T00:00:00Z; 0 for one that is older than this was kept."""
    purged: frozenset[str] = frozenset()
    """The services that have nothing more of a tenant that is being deleted."""
    revision: int = 1

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The services that still have to tell that they keep nothing more of it."""
        if self.state is TenantState.ACTIVE:
            return ()
        return tuple(service for service in PURGING_SERVICES if service not in self.purged)

    def check_active(self) -> None:
        """Raise `TenantDeletingError` when it is being deleted."""
        if self.state is TenantState.DELETING:
            raise TenantDeletingError(self.name)


def check_name(name: str) -> None:
    """Refuse what no tenant can be called."""
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            "tenant must be 1 to 63 characters of a-z, 0-9 and -, a letter first, such as acme"
        )


def changed(tenant: Tenant, *, display_name: str, configuration: TenantConfiguration) -> Tenant:
    """Return `tenant` with these; the very same when nothing changes. It must be active."""
    tenant.check_active()
    new = replace(tenant, display_name=display_name, configuration=configuration)
    return tenant if new == tenant else replace(new, revision=tenant.revision + 1)


def closed(tenant: Tenant) -> Tenant:
    """Return `tenant` with its deletion begun; the very same when it had been."""
    if tenant.name == DEFAULT_TENANT:
        raise DefaultTenantError
    if tenant.state is TenantState.DELETING:
        return tenant
    return replace(tenant, state=TenantState.DELETING, revision=tenant.revision + 1)


def purged(tenant: Tenant, service: str) -> Tenant:
    """Return `tenant` without the data of a service; the very same when that had told before."""
    if service not in PURGING_SERVICES:
        raise InvalidRequestError(f"service must be one of {', '.join(PURGING_SERVICES)}")
    if tenant.state is not TenantState.DELETING:
        raise TenantNotDeletingError(tenant.name)
    if service in tenant.purged:
        return tenant
    return replace(tenant, purged=tenant.purged | {service}, revision=tenant.revision + 1)


def issuer_of(tenant: str, *, public_issuer: str) -> str:
    """Return whose events a tenant's are: the iss of its SETs, for ever."""
    return public_issuer if tenant == DEFAULT_TENANT else f"{public_issuer}/t/{tenant}"
