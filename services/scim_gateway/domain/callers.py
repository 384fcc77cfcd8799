"""Who asks, and where."""

from dataclasses import dataclass

from scim_gateway.domain.policies import USUAL, Policy


@dataclass(frozen=True, slots=True)
class MeById:
    """/Me is the User with this id (RFC 7644 section 3.11)."""

    user_id: str


@dataclass(frozen=True, slots=True)
class MeByAttribute:
    """/Me is the one User that has this value."""

    attribute: str
    value: str


Me = MeById | MeByAttribute


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request's token is for, at which base URI, and what holds for the tenant.

    A cursor that was given to one principal is of no use to another (RFC 9865 section 5).
    """

    tenant: str
    principal: str
    base_uri: str = ""
    policy: Policy = USUAL
    me: Me | None = None
    """None where /Me is nobody for this token."""
