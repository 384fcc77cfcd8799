"""A tenant's configuration as JSON, read with one error sentence for each member that is wrong."""

from collections.abc import Mapping
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.jwt_issuers import issuer_members, jwt_issuers
from ssf_registrar.domain.members import (
    check_members,
    flag,
    object_member,
    optional_text,
    printable,
    whole_number,
)
from ssf_registrar.domain.tenants import DeletionBrake, Tenant, TenantConfiguration

PROFILES: Final = ("strict", "tolerant", "entra", "okta")
MOST_BRAKE_CHANGES: Final = 1_000_000
MOST_BRAKE_MINUTES: Final = 30 * 24 * 60
MOST_RETENTION_DAYS: Final = 36_500
LONGEST_DISPLAY_NAME: Final = 200
_CHANGEABLE: Final = ("display_name", "configuration")
_MEMBERS: Final = (
    "profile",
    "deletion_brake",
    "retention_days",
    "reuses_ids",
    "jwt_issuers",
    "is_authoritative_for_emails",
)


def parsed(members: Mapping[str, object]) -> TenantConfiguration:
    """Return the configuration of a JSON object."""
    place = "configuration"
    check_members(members, _MEMBERS, place=place)
    return TenantConfiguration(
        profile=_profile(members),
        deletion_brake=_brake(object_member(members, "deletion_brake", place=place)),
        retention_days=whole_number(members, "retention_days", 0, MOST_RETENTION_DAYS, place=place),
        reuses_ids=flag(members, "reuses_ids", place=place),
        jwt_issuers=jwt_issuers(members, place=place),
        is_authoritative_for_emails=flag(members, "is_authoritative_for_emails", place=place),
    )


def configuration_members(configuration: TenantConfiguration) -> dict[str, object]:
    """Return the JSON object of a configuration: what is not configured is not there."""
    brake = configuration.deletion_brake
    members: dict[str, object] = {
        "profile": configuration.profile,
        "deletion_brake": brake and {"changes": brake.changes, "minutes": brake.minutes},
        "retention_days": configuration.retention_days,
        "reuses_ids": configuration.reuses_ids,
        "jwt_issuers": [issuer_members(each) for each in configuration.jwt_issuers] or None,
        "is_authoritative_for_emails": configuration.is_authoritative_for_emails,
    }
    return {name: value for name, value in members.items() if value is not None}


def display_name_of(members: Mapping[str, object]) -> str:
    """Return the display_name of a body; empty where there is none."""
    name = optional_text(members, "display_name") or ""
    return printable(name, "display_name", longest=LONGEST_DISPLAY_NAME)


def patched(tenant: Tenant, patch: Mapping[str, object]) -> tuple[str, TenantConfiguration]:
    """Return the display name and the configuration that a JSON merge patch (RFC 7396) leads to."""
    for name in patch:
        if name not in _CHANGEABLE:
            raise InvalidRequestError(
                f"{name[:100]} cannot be changed: only {' and '.join(_CHANGEABLE)} can"
            )
    current = {
        "display_name": tenant.display_name,
        "configuration": configuration_members(tenant.configuration),
    }
    merged = _merged(current, patch)
    return display_name_of(merged), parsed(object_member(merged, "configuration") or {})


def _merged(target: object, patch: Mapping[str, object]) -> dict[str, object]:
    result: dict[str, object] = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value) if isinstance(value, dict) else value
    return result


def _profile(members: Mapping[str, object]) -> str | None:
    profile = optional_text(members, "profile", place="configuration")
    if profile is not None and profile not in PROFILES:
        raise InvalidRequestError(f"configuration.profile must be one of {', '.join(PROFILES)}")
    return profile


def _brake(members: Mapping[str, object] | None) -> DeletionBrake | None:
    if members is None:
        return None
    place = "configuration.deletion_brake"
    check_members(members, ("changes", "minutes"), place=place)
    changes = whole_number(members, "changes", 0, MOST_BRAKE_CHANGES, place=place)
    minutes = whole_number(members, "minutes", 0, MOST_BRAKE_MINUTES, place=place)
    if changes is None or (changes and not minutes):
        raise InvalidRequestError(
            f"{place} must have both changes and minutes, such as"
            ' {"changes": 100, "minutes": 60}; {"changes": 0} is no brake'
        )
    return DeletionBrake(changes, minutes or 0)
