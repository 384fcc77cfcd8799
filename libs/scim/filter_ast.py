"""What a filter means, with every attribute resolved and every literal of its type."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, Union

from scim.attributes import Attribute, AttributePath

Literal: TypeAlias = str | float | bool | None


class Operator(StrEnum):
    """RFC 7644 section 3.4.2.2, table 3; `pr` is a node of its own."""

    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match `term`."""

    term: "Filter"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path operator value`; `attribute` is what stands at the end of the path.

    A path to a complex attribute has been led on to its `value`. Inside a value path, the path is
    relative to the element, and names the sub-attribute as its attribute.
    """

    path: AttributePath
    attribute: Attribute
    operator: Operator
    value: Literal


@dataclass(frozen=True, slots=True)
class Present:
    """`path pr`."""

    path: AttributePath
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[filter]`: some element matches the whole filter."""

    path: AttributePath
    attribute: Attribute
    filter: "Filter"


Filter: TypeAlias = Union[And, Or, Not, Comparison, Present, ValuePath]  # noqa: UP007 forward names
