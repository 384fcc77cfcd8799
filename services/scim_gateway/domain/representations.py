"""From stored resources to what clients see (RFC 7643 section 3.1, RFC 7644 section 3.4.2).

A representation is spliced from bytes that are ready; only one that is shown in part is parsed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson

from scim.attributes import Attribute
from scim.messages import LIST_RESPONSE
from scim.projection import Projection, projected
from scim.registry import Registry
from scim.schema import ResourceType
from scim_gateway.domain.resources import Representation, ResourceRef, StoredResource

DERIVED_ATTRIBUTES = ("members", "groups")
_BY_DEFAULT = Projection(attributes=None, excluded_attributes=None)
_KEPT_APART = "password"


@dataclass(frozen=True, slots=True)
class Representations:
    """Shows resources below one base URI, which has no slash at its end."""

    base_uri: str
    registry: Registry
    _reference_prefixes: tuple[tuple[bytes, bytes], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # A quote inside a JSON string is escaped, so these bytes stand nowhere but in a member.
        prefixes = tuple(
            (
                f'"$ref":"{resource_type.endpoint[1:]}/'.encode(),
                f'"$ref":"{self.base_uri}{resource_type.endpoint}/'.encode(),
            )
            for resource_type in self.registry.resource_types
        )
        object.__setattr__(self, "_reference_prefixes", prefixes)

    def location(self, ref: ResourceRef) -> str:
        """Return the resource's URI: its meta.location."""
        return f"{self.base_uri}{self._type_of(ref).endpoint}/{quote(ref.id, safe='')}"

    def represent(
        self,
        resource: StoredResource,
        *,
        projection: Projection | None,
        supplied: Sequence[str] = (),
    ) -> Representation:
        """Return the resource with its meta: what is returned by default, or what is projected.

        `supplied` names the attributes of the request's body (RFC 7643 section 7, "request").
        """
        location = self.location(resource.ref)
        resource_type = self._type_of(resource.ref)
        if projection is None and not _is_shown_whole(resource_type):
            projection = _BY_DEFAULT
        body = self._with_absolute_references(resource.attributes)
        body = body[:-1] + b"," + _meta(resource, location) + b"}"
        if projection is not None:
            shown = projected(resource_type, orjson.loads(body), projection, supplied=supplied)
            body = orjson.dumps(shown)
        return Representation(location, resource.version, body)

    def _type_of(self, ref: ResourceRef) -> ResourceType:
        resource_type = self.registry.resource_type(ref.resource_type)
        if resource_type is None:
            raise LookupError(f"resource type {ref.resource_type} is not registered")
        return resource_type

    def _with_absolute_references(self, attributes: bytes) -> bytes:
        for relative, absolute in self._reference_prefixes:
            attributes = attributes.replace(relative, absolute)
        return attributes


def list_response(
    representations: Sequence[Representation], members: Mapping[str, str | int | None]
) -> bytes:
    """Return a ListResponse message of ready representations, and of those members that are given.

    `Resources` is there even when it is empty, as clients want it.
    """
    head = {
        "schemas": [LIST_RESPONSE],
        **{name: value for name, value in members.items() if value is not None},
        "itemsPerPage": len(representations),
    }
    shown = b",".join(each.body for each in representations)
    return orjson.dumps(head)[:-1] + b',"Resources":[' + shown + b"]}"


def omitted_attributes(
    resource_types: Sequence[ResourceType], projection: Projection | None
) -> tuple[str, ...]:
    """Return the derived attributes that no representation of these types will show."""
    if projection is None:
        return ()
    return tuple(
        name
        for name in DERIVED_ATTRIBUTES
        if not any(_shows(resource_type, name, projection) for resource_type in resource_types)
    )


def supplied_paths(body: Mapping[str, Any], resource_type: ResourceType) -> tuple[str, ...]:
    """Return the attribute paths that a body sets: of a resource, or of PATCH operations."""
    members = {name.lower(): value for name, value in body.items()}
    operations = members.get("operations")
    names = resource_type.members
    if not isinstance(operations, list):
        return tuple(_paths(body, names))
    return tuple(path for each in operations for path in _patched_paths(each, names))


def _patched_paths(operation: object, names: Mapping[str, Attribute]) -> Iterator[str]:
    if not isinstance(operation, dict):
        return
    members = {name.lower(): value for name, value in operation.items()}
    path, value = members.get("path"), members.get("value")
    if isinstance(path, str):
        yield _without_filter(path)
    elif isinstance(value, dict):
        yield from _paths(value, names)


def _without_filter(path: str) -> str:
    """Return the path without what stands between its first and its last bracket."""
    name, _, rest = path.partition("[")
    return name + rest.rpartition("]")[2] if "]" in rest else path


def _paths(members: Mapping[str, Any], names: Mapping[str, Attribute]) -> Iterator[str]:
    """Yield the names and, of those that are known, the names within them.

    A body may be nested deeper than any schema, and long names in long names would become many.
    """
    for name, value in members.items():
        yield name
        attribute = names.get(name) or names.get(name.lower())
        if attribute is None or not attribute.sub_attributes:
            continue
        separator = ":" if attribute.is_extension else "."
        elements = value if isinstance(value, list) else [value]
        inner = {
            path
            for element in elements
            if isinstance(element, dict)
            for path in _paths(element, attribute.members)
        }
        yield from (f"{name}{separator}{path}" for path in inner)


@cache
def _is_shown_whole(resource_type: ResourceType) -> bool:
    """Whether all that the store gives is returned by default; a password is never among it."""
    attributes = set(resource_type.members.values())
    return all(each.returned_as_stored or each.name == _KEPT_APART for each in attributes)


def _shows(resource_type: ResourceType, name: str, projection: Projection) -> bool:
    """Try the projection on a value with every sub-attribute."""
    attribute = resource_type.attribute(name)
    if attribute is None:
        return False
    element: dict[str, Any] = {sub.name: "x" for sub in attribute.sub_attributes}
    return name in projected(resource_type, {name: [element]}, projection)


def _meta(resource: StoredResource, location: str) -> bytes:
    version = resource.version.replace('"', '\\"')
    return (
        f'"meta":{{"resourceType":"{resource.ref.resource_type}",'
        f'"created":"{_date_time(resource.created)}",'
        f'"lastModified":"{_date_time(resource.last_modified)}",'
        f'"version":"{version}","location":"{location}"}}'
    ).encode()


def _date_time(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{rest // 1000:03d}Z"
