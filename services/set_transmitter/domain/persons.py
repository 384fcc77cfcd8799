"""What a change did to a person that signals tell of (RFC 7643 section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

CertificateChange = Literal["create", "update", "delete"]

_EMAILS: Final = "emails"
_CERTIFICATES: Final = "x509Certificates"
_PASSWORD: Final = "password"  # noqa: S105  an attribute's name
SIGNALLED: Final = frozenset({_EMAILS, _CERTIFICATES, _PASSWORD})
"""The attributes of which a change makes signals, beside active."""
_OF_OPERATIONS: Final[Mapping[str, CertificateChange]] = {
    "add": "create",
    "replace": "update",
    "remove": "delete",
}


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What became of a person's credentials and primary address.

    An address is empty where there was or is none, and where the change does not say it.
    """

    password_changed: bool = False
    certificates: tuple[CertificateChange, ...] = ()
    email_changed: bool = False
    email_before: str = ""
    email_after: str = ""

    @property
    def email(self) -> str:
        """The address by which others know the person as they learn of the change."""
        return self.email_before or self.email_after


@dataclass(frozen=True, slots=True)
class Values:
    """What a change says of values: what the record of an older version has is less.

    `state` is the resource after the change, or before its deletion; `replaced` has the former
    values of what changed, null for what had none; `operations` are those of a PATCH.
    """

    state: Mapping[str, Any] | None
    replaced: Mapping[str, Any] | None
    operations: Sequence[Mapping[str, Any]] = ()


def person_change(attributes: Sequence[str], values: Values) -> PersonChange:
    """Return what a change did to a person; `attributes` are the paths that changed."""
    changed = frozenset(attributes)
    state, replaced = values.state or {}, values.replaced or {}
    after = primary_email(state)
    before = primary_email(replaced) if _EMAILS in replaced else after
    is_known = values.replaced is not None
    return PersonChange(
        password_changed=_PASSWORD in changed,
        certificates=_certificates(values) if _CERTIFICATES in changed else (),
        email_changed=_EMAILS in changed and (before != after or not is_known),
        email_before=before if is_known or _EMAILS not in changed else "",
        email_after=after,
    )


def primary_email(person: Mapping[str, Any]) -> str:
    """Return the primary address, or else the first one; empty where there is none."""
    emails = [each for each in person.get(_EMAILS) or () if each.get("value")]
    primary = (each for each in emails if each.get("primary"))
    return str(next(primary, emails[0])["value"]) if emails else ""


def _certificates(values: Values) -> tuple[CertificateChange, ...]:
    if values.state is None or values.replaced is None:
        return _certificates_by(values.operations) or ("update",)
    before, after = _held(values.replaced), _held(values.state)
    came: tuple[CertificateChange, ...] = ("create",) if after - before else ()
    went: tuple[CertificateChange, ...] = ("delete",) if before - after else ()
    return (*came, *went) or ("update",)


def _certificates_by(operations: Sequence[Mapping[str, Any]]) -> tuple[CertificateChange, ...]:
    changes = (
        _OF_OPERATIONS[each["op"]] for each in operations if each["path"].startswith(_CERTIFICATES)
    )
    return tuple(dict.fromkeys(changes))


def _held(person: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(each.get("value")) for each in person.get(_CERTIFICATES) or ())
