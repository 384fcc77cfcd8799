"""Tenants, and what is configured for each of them."""

import re
from dataclasses import dataclass
from typing import Final

DEFAULT_TENANT: Final = "default"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class DeletionBrake:
    """More deletions and deactivations than `changes` within `minutes` are held for an admin."""

    changes: int
    """0 means no brake."""
    minutes: int


@dataclass(frozen=True, slots=True)
class JwtIssuer:
    """Who issues JWTs that let SCIM clients in (RFC 7519, RFC 9068)."""

    issuer: str
    """The iss, exactly."""
    audiences: frozenset[str]
    """One of these must be in the aud."""
    jwks_uri: str = ""
    """Where the keys are; empty where `jwks` has them."""
    jwks: bytes = b""
    """A JWK Set (RFC 7517 section 5) as JSON."""
    required_scope: str = ""
    """What the token's scope must have; empty: nothing."""
    me_claim: str = ""
    """The claim whose value the User behind /Me has as `me_attribute`; empty: /Me is nobody."""
    me_attribute: str = ""


@dataclass(frozen=True, slots=True)
class TenantConfiguration:
    """What is configured for a tenant; what is None is as the gateway's own settings say."""

    profile: str | None = None
    deletion_brake: DeletionBrake | None = None
    retention_days: int | None = None
    """How long a deleted resource can be restored; 0 means not at all."""
    reuses_ids: bool | None = None
    """Whether what is created with the externalId of a deleted resource gets the old id."""
    jwt_issuers: tuple[JwtIssuer, ...] = ()


NOT_CONFIGURED: Final = TenantConfiguration()


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant; while it is being deleted it is not active, and nobody gets in."""

    name: str
    is_active: bool
    configuration: TenantConfiguration


def could_be_a_tenant(name: str) -> bool:
    """Tell whether a tenant may have this name."""
    return _NAME.fullmatch(name) is not None
