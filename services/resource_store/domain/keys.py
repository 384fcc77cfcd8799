"""The index keys of a resource: what filters find it by, and what must be unique."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from resource_store.domain.resources import Ref
from scim.attributes import Attribute, Uniqueness
from scim.errors import UniquenessError
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.normalization import key_function
from scim.resource_type import ResolvedPath, ResourceType

Key: TypeAlias = str | float | bool

SORTED = ("userName", "externalId", "displayName", "name.familyName", "name.givenName")
"""What people sort by: of these paths a resource has a key even where it has no value."""
TIMES = {"meta.created": "created", "meta.lastModified": "last_modified"}
"""The fields of a resource that are indexed as they are, by path; in microseconds."""
_INDEXED = (
    "userName",
    "externalId",
    "displayName",
    "active",
    "title",
    "userType",
    "name.familyName",
    "name.givenName",
    "emails.value",
    "phoneNumbers.value",
    *(
        f"{ENTERPRISE_USER_SCHEMA}:{name}"
        for name in ("employeeNumber", "department", "manager.value")
    ),
)


class IndexKey(NamedTuple):
    """A normalised value at an attribute path; None stands for none, where that is sorted by."""

    path: str
    key: Key | None
    unique: bool


@dataclass(frozen=True, slots=True)
class _Indexed:
    """Where the values of an indexed path are, found out once: each write looks at all paths."""

    path: str
    schema: str | None
    attribute: str
    sub_attribute: str | None
    key: Callable[[object], Key | None]
    unique: bool
    sorted: bool


@cache
def indexed_paths(resource_type: ResourceType) -> Mapping[str, ResolvedPath]:
    """Return the paths that have an index: what clients look for, and what is unique."""
    unique = [
        str(resolved.path)
        for resolved in resource_type.paths.values()
        if is_unique(resolved.attribute) and resolved.attribute.name != "id"
    ]
    paths = (*_INDEXED, *unique, *sorted(resource_type.indexed))
    found = (resource_type.paths.get(path.lower()) for path in paths)
    return {str(resolved.path): resolved for resolved in found if resolved is not None}


@cache
def sorted_paths(resource_type: ResourceType) -> frozenset[str]:
    """Return the indexed paths that resources are sorted by through the index.

    Each resource has exactly one key of such a path, so the attribute has one value at most.
    """
    indexed = indexed_paths(resource_type)
    return frozenset(
        path for path in SORTED if path in indexed and not indexed[path].top.multi_valued
    )


def index_keys(resource_type: ResourceType, attributes: Mapping[str, Any]) -> frozenset[IndexKey]:
    """Return the keys of a resource."""
    found: set[IndexKey] = set()
    for indexed in _all_indexed(resource_type):
        keys = [
            IndexKey(indexed.path, key, indexed.unique)
            for value in _values(indexed, attributes)
            if (key := indexed.key(value)) is not None
        ]
        if not keys and indexed.sorted:
            keys = [IndexKey(indexed.path, None, unique=False)]
        found.update(keys)
    return frozenset(found)


@cache
def _all_indexed(resource_type: ResourceType) -> tuple[_Indexed, ...]:
    return tuple(
        _Indexed(
            path=path,
            schema=resolved.path.schema,
            attribute=resolved.path.attribute,
            sub_attribute=resolved.path.sub_attribute,
            key=key_function(resolved.attribute),
            unique=is_unique(resolved.attribute),
            sorted=path in sorted_paths(resource_type),
        )
        for path, resolved in indexed_paths(resource_type).items()
    )


def is_unique(attribute: Attribute) -> bool:
    """Whether no two resources of a type may have the same value."""
    return attribute.uniqueness is not Uniqueness.NONE


def key_in_use(ref: Ref, key: IndexKey) -> UniquenessError:
    """Return the refusal of a unique key that another resource has."""
    return UniquenessError(
        f"another {ref.resource_type} has this {key.path} already: choose another",
        attribute_path=key.path,
        clause="RFC 7644 section 3.3",
    )


def _values(indexed: _Indexed, attributes: Mapping[str, Any]) -> Sequence[object]:
    holder = attributes.get(indexed.schema) if indexed.schema else attributes
    value = holder.get(indexed.attribute) if holder else None
    if value is None:
        return ()
    elements = value if isinstance(value, list) else (value,)
    name = indexed.sub_attribute
    if name is None:
        return elements
    return [element.get(name) for element in elements if isinstance(element, dict)]
