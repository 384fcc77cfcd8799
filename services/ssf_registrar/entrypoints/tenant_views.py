"""Tenants and tokens as the admin API shows them, and what it takes to make them."""

from typing import Any, Final

from pydantic import BaseModel, Field

from ssf_registrar.commands.manage_tokens import MadeToken
from ssf_registrar.domain.api_tokens import DEFAULT_OVERLAP_SECONDS, DEFAULT_SCOPES
from ssf_registrar.domain.jwt_issuers import ME_ATTRIBUTES
from ssf_registrar.domain.tenant_configuration import PROFILES, configuration_members
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.domain.timestamps import timestamp
from ssf_registrar.domain.tokens import ALL_SCOPES, TokenRecord

_RFC_3339: Final = "as RFC 3339 has it"


class DeletionBrakeView(BaseModel):
    """More deletions and deactivations than `changes` within `minutes` are held for an admin."""

    changes: int = Field(description="0: no brake")
    minutes: int


class JwtIssuerView(BaseModel):
    """An issuer whose JWTs let SCIM clients in."""

    issuer: str = Field(description="the iss, exactly: an https URL")
    audiences: list[str] = Field(description="one of them must be in the aud")
    jwks_uri: str | None = Field(None, description="where its keys are; or else give jwks")
    jwks: dict[str, Any] | None = Field(None, description="a JWK Set of public keys (RFC 7517)")
    required_scope: str | None = Field(None, description="what the scope claim must have")
    me_claim: str | None = Field(None, description="the claim that says which User /Me is")
    me_attribute: str | None = Field(None, description=f"by one of {', '.join(ME_ATTRIBUTES)}")


class ConfigurationView(BaseModel):
    """What is configured for a tenant; what is absent is as the services' own settings say."""

    profile: str | None = Field(None, description=f"one of {', '.join(PROFILES)}")
    deletion_brake: DeletionBrakeView | None = None
    retention_days: int | None = Field(
        None, description="how long a deleted resource can be restored; 0: not at all"
    )
    reuses_ids: bool | None = Field(
        None, description="whether the externalId of a deleted resource gets its id back"
    )
    jwt_issuers: list[JwtIssuerView] | None = None
    is_authoritative_for_emails: bool | None = Field(
        None, description="whether the tenant assigns its people's email addresses"
    )


class DeletionView(BaseModel):
    """How far a deletion is: when no service is waited for, the tenant is gone."""

    purged: list[str] = Field(description="services that keep nothing more of it")
    waits_for: list[str]


class TenantView(BaseModel):
    """A tenant; what is null in its schema is left out."""

    tenant: str
    display_name: str
    state: str = Field(description="active or deleting")
    issuer: str = Field(description="the iss of its events, for ever")
    created: str | None = Field(None, description=_RFC_3339)
    configuration: ConfigurationView
    deletion: DeletionView | None = None


class TenantList(BaseModel):
    """The tenants that the caller may see, by name."""

    tenants: list[TenantView]


class TokenView(BaseModel):
    """A token, without its secret."""

    name: str
    subject: str = Field(description="who its holder is in logs, and as the owner of streams")
    scopes: list[str]
    user_id: str | None = Field(description="the id of the User whom /Me is")
    created: str | None = Field(description=_RFC_3339)
    expires: str | None = Field(description="null: never")
    last_used: str | None = Field(description="to about a minute; null: never")
    is_former: bool = Field(description="whether a rotation replaced it: it works until it expires")


class TokenList(BaseModel):
    """The tokens of a tenant, by name, the current one of a name before its former ones."""

    tokens: list[TokenView]


class NewTokenView(TokenView):
    """A token with its secret, which is shown this once."""

    token: str
    former_expires: str | None = Field(
        description="when the secret that this one replaces stops working; null: there is none"
    )


def tenant_view(tenant: Tenant, issuer: str) -> dict[str, Any]:
    """Return a tenant as JSON."""
    view = TenantView(
        tenant=tenant.name,
        display_name=tenant.display_name,
        state=tenant.state.value,
        issuer=issuer,
        created=timestamp(tenant.created // 1_000_000),
        configuration=ConfigurationView.model_validate(configuration_members(tenant.configuration)),
        deletion=_deletion(tenant),
    )
    return view.model_dump(exclude_none=True)


def token_view(record: TokenRecord) -> TokenView:
    """Return a token."""
    token = record.token
    return TokenView(
        name=token.name,
        subject=token.subject,
        scopes=sorted(token.scopes),
        user_id=token.user_id or None,
        created=timestamp(token.created),
        expires=timestamp(token.expires),
        last_used=timestamp(record.last_used),
        is_former=record.is_former,
    )


def new_token_view(made: MadeToken) -> NewTokenView:
    """Return a token with its secret."""
    return NewTokenView(
        **token_view(TokenRecord(made.token)).model_dump(),
        token=made.secret.secret,
        former_expires=timestamp(made.former_expires),
    )


def _deletion(tenant: Tenant) -> DeletionView | None:
    if not tenant.waits_for:
        return None
    return DeletionView(purged=sorted(tenant.purged), waits_for=list(tenant.waits_for))


def _body(properties: dict[str, object], required: list[str], media_type: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"requestBody": {"content": {media_type: {"schema": schema}}}}


_CHANGEABLE: Final[dict[str, object]] = {
    "display_name": {"type": "string"},
    "configuration": {"$ref": "#/components/schemas/ConfigurationView"},
}
_EXPIRES: Final = {"type": "string", "format": "date-time", "description": "absent: never"}
NEW_TENANT: Final = _body(
    {"tenant": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$"}, **_CHANGEABLE},
    ["tenant"],
    "application/json",
)
TENANT_PATCH: Final = _body(_CHANGEABLE, [], "application/merge-patch+json")
NEW_TOKEN: Final = _body(
    {
        "name": {"type": "string"},
        "scopes": {
            "type": "array",
            "items": {"enum": sorted(ALL_SCOPES)},
            "default": list(DEFAULT_SCOPES),
        },
        "expires": _EXPIRES,
        "user_id": {"type": "string", "description": "the id of the User whom /Me is"},
    },
    ["name"],
    "application/json",
)
ROTATION: Final = _body(
    {
        "overlap_seconds": {
            "type": "integer",
            "default": DEFAULT_OVERLAP_SECONDS,
            "description": "how long the former secret still works; 0: no longer",
        },
        "expires": {**_EXPIRES, "description": "absent: as it was; null: never"},
    },
    [],
    "application/json",
)
