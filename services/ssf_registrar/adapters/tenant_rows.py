"""A tenant as a row: its configuration as JSON."""

from typing import Any, Final

import orjson

from ssf_registrar.domain.tenant_configuration import configuration_members
from ssf_registrar.domain.tenants import (
    DeletionBrake,
    JwtIssuer,
    Tenant,
    TenantConfiguration,
    TenantState,
)

NAMES: Final = (
    "tenant",
    "display_name",
    "state",
    "configuration",
    "created",
    "purged",
    "revision",
)
DELETED: Final = "deleted"
"""The state of a row that only keeps a name from being used again."""
Row = tuple[str, str, str, str, int, str, int]


def encode(tenant: Tenant) -> Row:
    """Return a tenant's row, in the order of `NAMES`."""
    return (
        tenant.name,
        tenant.display_name,
        tenant.state.value,
        orjson.dumps(configuration_members(tenant.configuration)).decode(),
        tenant.created,
        " ".join(sorted(tenant.purged)),
        tenant.revision,
    )


def tombstone(tenant: Tenant) -> Row:
    """Return the row that stays of a tenant."""
    return tenant.name, "", DELETED, "{}", tenant.created, "", tenant.revision


def decode(row: Row) -> Tenant:
    """Return the tenant of a row, which is no tombstone."""
    name, display_name, state, configuration, created, purged, revision = row
    return Tenant(
        name,
        display_name,
        _configuration(orjson.loads(configuration)),
        TenantState(state),
        created,
        frozenset(purged.split()),
        revision,
    )


def _configuration(members: dict[str, Any]) -> TenantConfiguration:
    brake = members.get("deletion_brake")
    return TenantConfiguration(
        members.get("profile"),
        DeletionBrake(**brake) if brake else None,
        members.get("retention_days"),
        members.get("reuses_ids"),
        tuple(_issuer(each) for each in members.get("jwt_issuers", ())),
        members.get("is_authoritative_for_emails"),
    )


def _issuer(members: dict[str, Any]) -> JwtIssuer:
    return JwtIssuer(**{**members, "audiences": tuple(members["audiences"])})
