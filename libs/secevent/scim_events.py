"""The SCIM events (RFC 9967 section 2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from secevent.errors import InvalidRequestError
from secevent.json_members import object_value, optional_text_member, texts_value

FEED_ADD: Final = "urn:ietf:params:scim:event:feed:add"
FEED_REMOVE: Final = "urn:ietf:params:scim:event:feed:remove"
CREATE_NOTICE: Final = "urn:ietf:params:scim:event:prov:create:notice"
CREATE_FULL: Final = "urn:ietf:params:scim:event:prov:create:full"
PATCH_NOTICE: Final = "urn:ietf:params:scim:event:prov:patch:notice"
PATCH_FULL: Final = "urn:ietf:params:scim:event:prov:patch:full"
PUT_NOTICE: Final = "urn:ietf:params:scim:event:prov:put:notice"
PUT_FULL: Final = "urn:ietf:params:scim:event:prov:put:full"
DELETE: Final = "urn:ietf:params:scim:event:prov:delete"
ACTIVATE: Final = "urn:ietf:params:scim:event:prov:activate"
DEACTIVATE: Final = "urn:ietf:params:scim:event:prov:deactivate"
ASYNC_RESPONSE: Final = "urn:ietf:params:scim:event:misc:asyncresp"

EMITTED: Final = (
    CREATE_FULL,
    CREATE_NOTICE,
    PUT_FULL,
    PUT_NOTICE,
    PATCH_FULL,
    PATCH_NOTICE,
    DELETE,
    ACTIVATE,
    DEACTIVATE,
    FEED_ADD,
    FEED_REMOVE,
    ASYNC_RESPONSE,
)
"""What this service provider generates."""

PROVISIONING_FULL: Final = frozenset({CREATE_FULL, PUT_FULL, PATCH_FULL})
PROVISIONING_NOTICE: Final = frozenset({CREATE_NOTICE, PUT_NOTICE, PATCH_NOTICE})

ProvisioningKind = Literal["create", "put", "patch", "delete", "activate", "deactivate"]

_FULL: Final[Mapping[ProvisioningKind, str]] = {
    "create": CREATE_FULL,
    "put": PUT_FULL,
    "patch": PATCH_FULL,
}
_NOTICE: Final[Mapping[ProvisioningKind, str]] = {
    "create": CREATE_NOTICE,
    "put": PUT_NOTICE,
    "patch": PATCH_NOTICE,
}
_BARE: Final[Mapping[ProvisioningKind, str]] = {
    "delete": DELETE,
    "activate": ACTIVATE,
    "deactivate": DEACTIVATE,
}
_KIND: Final[Mapping[str, ProvisioningKind]] = {
    uri: kind for uris in (_FULL, _NOTICE, _BARE) for kind, uri in uris.items()
}


@dataclass(frozen=True, slots=True)
class ProvisioningEvent:
    """What was done to a resource.

    `data` is what a full event tells, `attributes` what a notice names; a delete, an activation and
    a deactivation have neither. `version` is the entity-tag afterwards.
    """

    kind: ProvisioningKind
    data: Mapping[str, object] | None
    attributes: tuple[str, ...] | None
    version: str | None


def event_uri_and_payload(event: ProvisioningEvent, *, full: bool) -> tuple[str, dict[str, object]]:
    """Return the member of `events` that tells of `event`.

    An event without data (all that it could tell is secret) is a notice even where full is asked.
    """
    if event.kind in _BARE:
        return _BARE[event.kind], {}
    version: dict[str, object] = {} if event.version is None else {"version": event.version}
    if full and event.data is not None:
        return _FULL[event.kind], {**version, "data": event.data}
    return _NOTICE[event.kind], {**version, "attributes": list(event.attributes or ())}


def is_provisioning(uri: str) -> bool:
    """Tell whether an event type tells of a change of a resource."""
    return uri in _KIND


def parse_provisioning_event(uri: str, payload: Mapping[str, object]) -> ProvisioningEvent | None:
    """Parse a member of `events`; None when it is no provisioning event."""
    kind = _KIND.get(uri)
    if kind is None:
        return None
    if kind in _BARE:
        return ProvisioningEvent(kind, data=None, attributes=None, version=None)
    _check_exactly_one(uri, payload)
    return ProvisioningEvent(
        kind,
        data=_data(kind, payload) if uri in PROVISIONING_FULL else None,
        attributes=_attributes(payload) if uri in PROVISIONING_NOTICE else None,
        version=optional_text_member(payload, "version"),
    )


def _check_exactly_one(uri: str, payload: Mapping[str, object]) -> None:
    expected, other = ("data", "attributes")
    if uri in PROVISIONING_NOTICE:
        expected, other = other, expected
    if expected not in payload or other in payload:
        raise InvalidRequestError(
            f"{uri} must have {expected} and not {other} (RFC 9967 section 2.4)."
        )


def _data(kind: ProvisioningKind, payload: Mapping[str, object]) -> Mapping[str, object]:
    data = object_value(payload["data"], "data")
    names = {name.lower() for name in data}
    if kind == "patch" and "operations" not in names:
        raise InvalidRequestError("data must be a PatchOp message (RFC 7644 section 3.5.2).")
    return data


def _attributes(payload: Mapping[str, object]) -> tuple[str, ...]:
    return texts_value(payload["attributes"], "attributes")
