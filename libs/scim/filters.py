"""Filters (RFC 7644 section 3.4.2.2)."""

from scim.attributes import Attribute
from scim.filter_ast import (
    And,
    Comparison,
    Filter,
    Literal,
    Not,
    Operator,
    Or,
    Present,
    ValuePath,
)
from scim.filter_names import element_scope, resource_scope
from scim.filter_parser import FilterParser
from scim.profile import TOLERANT, Profile
from scim.resource_type import ResourceType

__all__ = [
    "And",
    "Comparison",
    "Filter",
    "Literal",
    "Not",
    "Operator",
    "Or",
    "Present",
    "ValuePath",
    "parse_filter",
    "parse_value_filter",
]


def parse_filter(
    text: str,
    resource_type: ResourceType | None,
    *,
    profile: Profile = TOLERANT,
    unknown_is_unassigned: bool = False,
) -> Filter:
    """Return the filter, its attributes resolved and its literals checked against their types.

    A search over several resource types takes each in turn with `unknown_is_unassigned`, since an
    attribute that a type lacks has no value there (RFC 7644 section 3.4.2.1). Without a resource
    type only the common attributes are known, and any other counts as unassigned.
    """
    scope = resource_scope(resource_type, is_open=unknown_is_unassigned, profile=profile)
    return FilterParser(text, profile).parse(scope)


def parse_value_filter(text: str, attribute: Attribute, *, profile: Profile) -> Filter:
    """Return the filter between the brackets of a PATCH path (RFC 7644 section 3.5.2)."""
    return FilterParser(text, profile).parse(element_scope(attribute))
