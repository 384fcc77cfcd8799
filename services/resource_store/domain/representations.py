"""Representations: stored bytes, with what is derived at each reading (RFC 7643 section 3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from resource_store.domain.members import DERIVED
from resource_store.domain.resources import Resource, reference
from scim.resource_type import ResourceType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def derived_attributes(resource_type: ResourceType) -> frozenset[str]:
    """Return the names of the attributes of a resource type that are derived from memberships."""
    return DERIVED & resource_type.members.keys()


def with_derived(resource: Resource, derived: Mapping[str, list[dict[str, str]]]) -> Resource:
    """Return the resource showing these attributes, those without an element left out."""
    attributes = resource.attributes
    for name, elements in derived.items():
        if elements:
            attributes = with_member(attributes, name, elements)
    return (
        resource if attributes is resource.attributes else replace(resource, attributes=attributes)
    )


def with_member(attributes: bytes, name: str, value: object) -> bytes:
    """Return a JSON object, not empty, with one more member at its end."""
    return b"%b,%b:%b}" % (attributes[:-1], orjson.dumps(name), orjson.dumps(value))


def with_created(data: bytes, resource: Resource) -> bytes:
    """Return what a creation is told by, with meta.created where its stamp does not say that.

    So it is for a resource that has been changed since it was made.
    """
    if resource.created == resource.origin.clock:
        return data
    return with_member(data, "meta", {"created": date_time(resource.created)})


def told_created(representation: object) -> int | None:
    """Return the meta.created that a representation tells, in microseconds since 1970."""
    meta = representation.get("meta") if isinstance(representation, dict) else None
    told = meta.get("created") if isinstance(meta, dict) else None
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
        return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
        return None


def for_filtering(resource: Resource, endpoints: Mapping[str, str]) -> dict[str, Any]:
    """Return the representation that a filter is about: meta is part of it."""
    representation: dict[str, Any] = orjson.loads(resource.attributes)
    representation["meta"] = {
        "resourceType": resource.ref.resource_type,
        "created": date_time(resource.created),
        "lastModified": date_time(resource.last_modified),
        "version": resource.version,
        "location": reference(endpoints, resource.ref.resource_type, resource.ref.id),
    }
    return representation


def date_time(microseconds: int) -> str:
    """Return a moment as meta.created and meta.lastModified show it."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
