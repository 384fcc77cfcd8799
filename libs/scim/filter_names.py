"""Which attribute a name in a filter means (RFC 7644 section 3.10)."""

from collections.abc import Mapping
from dataclasses import dataclass

from scim.attributes import Attribute, AttributePath, AttributeType
from scim.errors import InvalidFilterError
from scim.filter_ast import Literal
from scim.filter_operands import refuse_hidden
from scim.filter_tokens import CLAUSE
from scim.paths import is_well_formed, known_paths
from scim.profile import Profile
from scim.registry import common_attributes
from scim.resource_type import ResolvedPath, ResourceType, spellings


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that mean something at some place in a filter.

    Where the scope is open, an unknown name is an attribute that no resource has a value of; it is
    of the type that it is compared with.
    """

    owner: str
    paths: Mapping[str, ResolvedPath]
    is_open: bool
    is_element: bool = False

    def named(self, name: str, *, compared_with: Literal) -> ResolvedPath:
        """Return the attribute that `name` means here."""
        resolved = self.paths.get(name.lower()) or self._unknown(name, compared_with)
        refuse_hidden(resolved.attribute)
        return resolved

    def within(self, attribute: Attribute) -> "Scope":
        """Return the scope inside the brackets after this attribute."""
        return Scope(attribute.path, _element_paths(attribute), self.is_open, is_element=True)

    def _unknown(self, name: str, compared_with: Literal) -> ResolvedPath:
        if not is_well_formed(name):
            raise InvalidFilterError(f"{name[:60]!a} is no attribute path", clause=CLAUSE)
        if not self.is_open:
            raise InvalidFilterError(
                f"{self.owner} has no attribute {name[:100]}",
                attribute_path=name[:100],
                clause=CLAUSE,
            )
        return _unassigned(name, compared_with)


def element_scope(attribute: Attribute) -> Scope:
    """Return the names inside the brackets of a PATCH path."""
    return Scope(attribute.path, _element_paths(attribute), is_open=False, is_element=True)


def resource_scope(resource_type: ResourceType | None, *, is_open: bool, profile: Profile) -> Scope:
    """Return the names of a resource type; of none: those that every resource has."""
    if resource_type is None:
        return Scope("A resource", dict(spellings(common_attributes(), schema=None)), is_open=True)
    return Scope(resource_type.name, known_paths(resource_type, profile), is_open)


def _element_paths(attribute: Attribute) -> dict[str, ResolvedPath]:
    """Return the names in an element; one of a simple attribute is its own `value`."""
    subs = attribute.sub_attributes
    named = {sub.name: sub for sub in subs} if subs else {"value": attribute}
    return {
        name.lower(): ResolvedPath(AttributePath(None, name, None), sub, sub)
        for name, sub in named.items()
    }


def _unassigned(name: str, compared_with: Literal) -> ResolvedPath:
    prefix, colon, rest = name.rpartition(":")
    top, _, sub = rest.partition(".")
    attribute = Attribute(name=sub or top, type=_type_of(compared_with), path=name)
    path = AttributePath(prefix if colon else None, top, sub or None)
    return ResolvedPath(path, attribute, attribute)


def _type_of(literal: Literal) -> AttributeType:
    if isinstance(literal, bool):
        return AttributeType.BOOLEAN
    return AttributeType.STRING if isinstance(literal, str | None) else AttributeType.DECIMAL
