"""Attribute paths in standard notation (RFC 7644 section 3.10)."""

import re
from collections.abc import Mapping

from scim.attributes import AttributePath
from scim.errors import InvalidPathError
from scim.profile import TOLERANT, Profile
from scim.quirks import Quirk
from scim.resource_type import ResolvedPath, ResourceType

__all__ = ["AttributePath", "is_well_formed", "known_paths", "parse_attribute_path", "resolve"]

_NAME = r"[A-Za-z$][A-Za-z0-9$_-]*"
_PATH = re.compile(rf"(?:[A-Za-z][^\s:]*:\S*:)?{_NAME}(?:\.{_NAME})?")


def parse_attribute_path(
    text: str, resource_type: ResourceType, *, profile: Profile = TOLERANT
) -> AttributePath:
    """Return the path that `text` means, in canonical names; it must lead to an attribute."""
    return resolve(text, resource_type, profile).path


def resolve(text: str, resource_type: ResourceType, profile: Profile) -> ResolvedPath:
    """Return the path with the attribute at its end."""
    resolved = known_paths(resource_type, profile).get(text.lower())
    if resolved is None:
        raise InvalidPathError(
            _why_not(text, resource_type),
            attribute_path=text[:100] if is_well_formed(text) else "",
            clause="RFC 7644 section 3.10",
        )
    return resolved


def known_paths(resource_type: ResourceType, profile: Profile) -> Mapping[str, ResolvedPath]:
    """Return all paths that lead to an attribute, in lower case."""
    if profile.has(Quirk.ABBREVIATED_PATHS):
        return resource_type.abbreviated_paths
    return resource_type.paths


def is_well_formed(text: str) -> bool:
    """Whether `text` is an attribute path by the grammar, whatever it names."""
    return _PATH.fullmatch(text) is not None


def _why_not(text: str, resource_type: ResourceType) -> str:
    if not is_well_formed(text):
        return "An attribute path is name or name.subName; a schema's URN and a colon may go before"
    name = repr(text[:100])
    if ":" not in text:
        return f"{resource_type.name} has no attribute {name}"
    known = [resource_type.schema.id, *(e.schema.id for e in resource_type.extensions)]
    return f"{name} is in none of the schemas of {resource_type.name}: {', '.join(known)}"
