"""Indexes of paths that an operator names (HELIOGRAPH_SCIM_INDEXED_PATHS)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scim.attributes import AttributeType
from scim.registry import Registry
from scim.resource_type import ResolvedPath, ResourceType

_KEPT_OTHERWISE: Final = frozenset({"id", "schemas", "meta", "members", "groups", "password"})


class IndexedPathError(Exception):
    """A path that cannot have an index; its text is one line that says why."""


def with_indexes(registry: Registry, paths: Sequence[str]) -> Registry:
    """Return the registry with an index of these paths, in whichever types have them.

    Raises `IndexedPathError`.
    """
    types = registry.resource_types
    for path in paths:
        found = [each for resource_type in types if (each := _resolved(resource_type, path))]
        if reason := _refusal(found):
            raise IndexedPathError(f"HELIOGRAPH_SCIM_INDEXED_PATHS: {path}: {reason}")
    return replace(registry, resource_types=tuple(_indexing(each, paths) for each in types))


def _indexing(resource_type: ResourceType, paths: Sequence[str]) -> ResourceType:
    found = filter(None, (_resolved(resource_type, path) for path in paths))
    return replace(resource_type, indexed=frozenset(str(each.path) for each in found))


def _resolved(resource_type: ResourceType, path: str) -> ResolvedPath | None:
    """Return what a path leads to; a complex attribute is led on to its `value`."""
    found = resource_type.abbreviated_paths.get(path.lower())
    if found is None or found.attribute.type is not AttributeType.COMPLEX:
        return found
    return resource_type.paths.get(f"{found.path}.value".lower(), found)


def _refusal(found: Sequence[ResolvedPath]) -> str:
    """Return why there can be no index of that; nothing where there can."""
    if not found:
        return "no resource type has this attribute: name one of /Schemas"
    if any(each.top.name in _KEPT_OTHERWISE for each in found):
        return "filters on it go other ways: leave it out"
    if any(each.attribute.type is AttributeType.COMPLEX for each in found):
        return "is complex: name one of its sub-attributes"
    if any(each.attribute.is_secret for each in found):
        return "is shown to nobody, so nobody can look for it: leave it out"
    return ""
